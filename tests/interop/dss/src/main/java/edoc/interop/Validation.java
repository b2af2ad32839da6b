package edoc.interop;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.util.Date;
import java.util.List;

/** Validates a document under the default policy of DSS: trust and revocation data are required. */
final class Validation {
    private Validation() {}

    static JsonObject validate(Request request) {
        InMemoryDocument document = new InMemoryDocument(request.octets("document"), request.text("name", "document.pdf"));
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(document);
        validator.setCertificateVerifier(Material.verifier(request));
        validator.setValidationTime(request.time("time"));
        validator.setEnableEtsiValidationReport(false);
        validator.setDetachedContents(request.documents("detached"));
        Reports reports = validator.validateDocument();
        JsonObject answer = new JsonObject();
        answer.add("signatures", signatures(reports.getSimpleReport(), reports.getDiagnosticData()));
        answer.add("timestamps", timestamps(reports.getSimpleReport(), reports.getDiagnosticData().getTimestampList()));
        return answer;
    }

    private static JsonArray signatures(SimpleReport report, DiagnosticData data) {
        JsonArray found = new JsonArray();
        for (String id : report.getSignatureIdList()) {
            JsonObject item = status(report, id);
            item.addProperty("level", report.getSignatureFormat(id).toString());
            item.addProperty("intact", data.getSignatureById(id).isSignatureIntact());
            item.addProperty("signing_time", time(report.getSigningTime(id)));
            item.addProperty("best_signature_time", time(report.getBestSignatureTime(id)));
            item.add("timestamps", timestamps(report, data.getSignatureById(id).getTimestampList()));
            found.add(item);
        }
        return found;
    }

    private static JsonArray timestamps(SimpleReport report, List<TimestampWrapper> tokens) {
        JsonArray found = new JsonArray();
        for (TimestampWrapper token : tokens) {
            JsonObject item = status(report, token.getId());
            item.addProperty("kind", token.getType().name());
            item.addProperty("time", time(token.getProductionTime()));
            item.addProperty("imprint", token.isMessageImprintDataFound() && token.isMessageImprintDataIntact());
            found.add(item);
        }
        return found;
    }

    private static JsonObject status(SimpleReport report, String id) {
        JsonObject item = new JsonObject();
        item.addProperty("indication", report.getIndication(id).name());
        item.addProperty("sub_indication", report.getSubIndication(id) == null ? null : report.getSubIndication(id).name());
        item.add("errors", texts(report.getAdESValidationErrors(id)));
        item.add("warnings", texts(report.getAdESValidationWarnings(id)));
        return item;
    }

    private static JsonArray texts(List<Message> messages) {
        JsonArray found = new JsonArray();
        messages.forEach(message -> found.add(message.getKey() + ": " + message.getValue()));
        return found;
    }

    private static String time(Date date) {
        return date == null ? null : date.toInstant().toString();
    }
}
