package edoc.interop;

import com.google.gson.JsonObject;
import eu.europa.esig.dss.enumerations.CertificationPermission;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.EncryptionAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.PAdESTimestampParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.service.tsp.OnlineTSPSource;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.x509.tsp.KeyEntityTSPSource;
import eu.europa.esig.dss.spi.x509.tsp.TSPSource;
import eu.europa.esig.dss.token.KSPrivateKeyEntry;
import eu.europa.esig.dss.token.Pkcs12SignatureToken;
import java.security.KeyStore.PasswordProtection;
import java.util.Arrays;
import java.util.Base64;

/** Signs a PDF at a PAdES level, or raises one to a level. */
final class Signing {
    private Signing() {}

    static JsonObject sign(Request request) {
        try (Pkcs12SignatureToken token = open(request)) {
            KSPrivateKeyEntry key = (KSPrivateKeyEntry) token.getKeys().get(0);
            PAdESSignatureParameters parameters = parameters(request);
            parameters.setSigningCertificate(key.getCertificate());
            parameters.setCertificateChain(key.getCertificateChain());
            parameters.setEncryptionAlgorithm(
                    request.flag("pss") ? EncryptionAlgorithm.RSASSA_PSS : key.getEncryptionAlgorithm());
            parameters.bLevel().setSigningDate(request.time("signing_time"));
            DSSDocument document = new InMemoryDocument(request.octets("document"));
            if (request.has("content_tsa")) {
                PAdESService before = service(request, "content_tsa");
                parameters.setContentTimestamps(Arrays.asList(before.getContentTimestamp(document, parameters)));
            }
            PAdESService service = service(request, "tsa");
            ToBeSigned octets = service.getDataToSign(document, parameters);
            SignatureValue value = value(request, octets, parameters.getSignatureAlgorithm());
            return answer(service.signDocument(document, parameters, value));
        }
    }

    /** The `signer` may be another than the one whose certificate goes into the document. */
    static SignatureValue value(Request request, ToBeSigned octets, SignatureAlgorithm algorithm) {
        try (Pkcs12SignatureToken token = open(request.has("signer") ? request.part("signer") : request)) {
            return token.sign(octets, algorithm, token.getKeys().get(0));
        }
    }

    static JsonObject extend(Request request) {
        DSSDocument document = new InMemoryDocument(request.octets("document"));
        return answer(service(request, "tsa").extendDocument(document, parameters(request)));
    }

    private static PAdESSignatureParameters parameters(Request request) {
        PAdESSignatureParameters parameters = new PAdESSignatureParameters();
        DigestAlgorithm digest = DigestAlgorithm.valueOf(request.text("digest", "SHA256"));
        parameters.setSignatureLevel(SignatureLevel.valueOf("PAdES_BASELINE_" + request.text("level").substring(2)));
        parameters.setDigestAlgorithm(digest);
        DigestAlgorithm imprint = DigestAlgorithm.valueOf(request.text("imprint", "SHA256"));
        parameters.setSignatureTimestampParameters(new PAdESTimestampParameters(imprint));
        parameters.setArchiveTimestampParameters(new PAdESTimestampParameters(imprint));
        parameters.setContentTimestampParameters(new PAdESTimestampParameters(imprint));
        parameters.setIncludeVRIDictionary(request.flag("vri"));
        if (request.has("field")) {
            parameters.getImageParameters().getFieldParameters().setFieldId(request.text("field"));
        }
        if (request.has("permission")) {
            parameters.setPermission(CertificationPermission.valueOf(request.text("permission")));
        }
        return parameters;
    }

    private static PAdESService service(Request request, String tsa) {
        PAdESService service = new PAdESService(Material.carefree(request));
        if (request.has(tsa)) {
            service.setTspSource(tsa(request.part(tsa)));
        }
        return service;
    }

    /** Over HTTP where a `url` is given, else in this process with the key of a PKCS#12. */
    static TSPSource tsa(Request request) {
        if (request.has("url")) {
            return new OnlineTSPSource(request.text("url"));
        }
        try (Pkcs12SignatureToken token = open(request)) {
            KSPrivateKeyEntry key = (KSPrivateKeyEntry) token.getKeys().get(0);
            KeyEntityTSPSource source = new KeyEntityTSPSource(
                    key.getPrivateKey(), key.getCertificate(), Arrays.asList(key.getCertificateChain()));
            source.setTsaPolicy(request.text("policy", "1.3.6.1.4.1.7.8.1"));
            source.setProductionTime(request.time("time"));
            return source;
        }
    }

    static Pkcs12SignatureToken open(Request request) {
        char[] password = request.text("password", "").toCharArray();
        return new Pkcs12SignatureToken(request.octets("pkcs12"), new PasswordProtection(password));
    }

    static JsonObject answer(DSSDocument document) {
        JsonObject answer = new JsonObject();
        answer.addProperty("document", Base64.getEncoder().encodeToString(DSSUtils.toByteArray(document)));
        return answer;
    }
}
