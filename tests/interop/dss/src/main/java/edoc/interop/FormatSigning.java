package edoc.interop;

import com.google.gson.JsonObject;
import eu.europa.esig.dss.asic.cades.ASiCWithCAdESSignatureParameters;
import eu.europa.esig.dss.asic.cades.signature.ASiCWithCAdESService;
import eu.europa.esig.dss.asic.xades.ASiCWithXAdESSignatureParameters;
import eu.europa.esig.dss.asic.xades.signature.ASiCWithXAdESService;
import eu.europa.esig.dss.cades.CAdESSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESService;
import eu.europa.esig.dss.enumerations.ASiCContainerType;
import eu.europa.esig.dss.enumerations.CommitmentTypeEnum;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.EncryptionAlgorithm;
import eu.europa.esig.dss.enumerations.JWSSerializationType;
import eu.europa.esig.dss.enumerations.SigDMechanism;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.jades.JAdESSignatureParameters;
import eu.europa.esig.dss.jades.signature.JAdESService;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.Policy;
import eu.europa.esig.dss.model.SignerLocation;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.TimestampParameters;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.signature.AbstractSignatureParameters;
import eu.europa.esig.dss.signature.AbstractSignatureService;
import eu.europa.esig.dss.signature.MultipleDocumentsSignatureService;
import eu.europa.esig.dss.token.KSPrivateKeyEntry;
import eu.europa.esig.dss.token.Pkcs12SignatureToken;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Signs documents as CAdES, XAdES, JAdES or in ASiC containers, or raises them to a level. */
final class FormatSigning {
    private FormatSigning() {}

    static JsonObject sign(Request request) {
        return switch (request.text("format")) {
            case "cades" -> sign(request, new CAdESService(Material.carefree(request)), cades(request));
            case "xades" -> sign(request, new XAdESService(Material.carefree(request)), xades(request));
            case "jades" -> sign(request, new JAdESService(Material.carefree(request)), jades(request));
            case "asic-cades" -> sign(request, new ASiCWithCAdESService(Material.carefree(request)), asicCades(request));
            case "asic-xades" -> sign(request, new ASiCWithXAdESService(Material.carefree(request)), asicXades(request));
            default -> throw new IllegalArgumentException("unknown format");
        };
    }

    static JsonObject extend(Request request) {
        return switch (request.text("format")) {
            case "cades" -> extend(request, new CAdESService(Material.carefree(request)), cades(request));
            case "xades" -> extend(request, new XAdESService(Material.carefree(request)), xades(request));
            case "jades" -> extend(request, new JAdESService(Material.carefree(request)), jades(request));
            case "asic-cades" -> extend(request, new ASiCWithCAdESService(Material.carefree(request)), asicCades(request));
            case "asic-xades" -> extend(request, new ASiCWithXAdESService(Material.carefree(request)), asicXades(request));
            default -> throw new IllegalArgumentException("unknown format");
        };
    }

    private static <T extends TimestampParameters, P extends AbstractSignatureParameters<?>> JsonObject sign(
            Request request, AbstractSignatureService<P, T> service, P parameters) {
        try (Pkcs12SignatureToken token = Signing.open(request)) {
            KSPrivateKeyEntry key = (KSPrivateKeyEntry) token.getKeys().get(0);
            parameters.setSigningCertificate(key.getCertificate());
            parameters.setCertificateChain(key.getCertificateChain());
            parameters.setEncryptionAlgorithm(
                    request.flag("pss") ? EncryptionAlgorithm.RSASSA_PSS : key.getEncryptionAlgorithm());
            parameters.bLevel().setSigningDate(request.time("signing_time"));
            claims(request, parameters);
            if (request.has("tsa")) {
                service.setTspSource(Signing.tsa(request.part("tsa")));
            }
            List<DSSDocument> documents = request.documents("documents");
            if (documents.size() > 1) {
                return several(request, service, parameters, documents);
            }
            DSSDocument document = documents.get(0);
            ToBeSigned octets = service.getDataToSign(document, parameters);
            SignatureValue value = Signing.value(request, octets, parameters.getSignatureAlgorithm());
            return Signing.answer(service.signDocument(document, parameters, value));
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends TimestampParameters, P extends AbstractSignatureParameters<?>> JsonObject several(
            Request request, AbstractSignatureService<P, T> service, P parameters, List<DSSDocument> documents) {
        MultipleDocumentsSignatureService<P, T> many = (MultipleDocumentsSignatureService<P, T>) service;
        ToBeSigned octets = many.getDataToSign(documents, parameters);
        SignatureValue value = Signing.value(request, octets, parameters.getSignatureAlgorithm());
        return Signing.answer(many.signDocument(documents, parameters, value));
    }

    private static <T extends TimestampParameters, P extends AbstractSignatureParameters<?>> JsonObject extend(
            Request request, AbstractSignatureService<P, T> service, P parameters) {
        if (request.has("tsa")) {
            service.setTspSource(Signing.tsa(request.part("tsa")));
        }
        DSSDocument document = new InMemoryDocument(request.octets("document"), request.text("name", "signed"));
        parameters.setDetachedContents(request.documents("detached"));
        return Signing.answer(service.extendDocument(document, parameters));
    }

    /** What a signer may state beside the data: `policy` {id, digest}, `roles`, `commitments`, `locality`. */
    private static void claims(Request request, AbstractSignatureParameters<?> parameters) {
        if (request.has("policy")) {
            Request given = request.part("policy");
            Policy policy = new Policy();
            policy.setId(given.text("id"));
            policy.setDigestAlgorithm(DigestAlgorithm.SHA256);
            policy.setDigestValue(given.octets("digest"));
            parameters.bLevel().setSignaturePolicy(policy);
        }
        if (request.has("roles")) {
            List<String> roles = new ArrayList<>();
            request.json().getAsJsonArray("roles").forEach(item -> roles.add(item.getAsString()));
            parameters.bLevel().setClaimedSignerRoles(roles);
        }
        if (request.flag("approval")) {
            parameters.bLevel().setCommitmentTypeIndications(Arrays.asList(CommitmentTypeEnum.ProofOfApproval));
        }
        if (request.has("locality")) {
            SignerLocation location = new SignerLocation();
            location.setLocality(request.text("locality"));
            parameters.bLevel().setSignerLocation(location);
        }
    }

    private static <P extends AbstractSignatureParameters<?>> P common(Request request, P parameters, String family) {
        parameters.setSignatureLevel(
                SignatureLevel.valueOf(family + "_BASELINE_" + request.text("level").substring(2)));
        parameters.setDigestAlgorithm(DigestAlgorithm.valueOf(request.text("digest", "SHA256")));
        if (request.has("packaging")) {
            parameters.setSignaturePackaging(SignaturePackaging.valueOf(request.text("packaging")));
        }
        return parameters;
    }

    private static CAdESSignatureParameters cades(Request request) {
        return common(request, new CAdESSignatureParameters(), "CAdES");
    }

    private static XAdESSignatureParameters xades(Request request) {
        return common(request, new XAdESSignatureParameters(), "XAdES");
    }

    private static JAdESSignatureParameters jades(Request request) {
        JAdESSignatureParameters parameters = common(request, new JAdESSignatureParameters(), "JAdES");
        parameters.setJwsSerializationType(
                JWSSerializationType.valueOf(request.text("serialization", "FLATTENED_JSON_SERIALIZATION")));
        if (request.has("mechanism")) {
            parameters.setSigDMechanism(SigDMechanism.valueOf(request.text("mechanism")));
        }
        if (request.has("b64")) {
            parameters.setBase64UrlEncodedPayload(request.flag("b64"));
        }
        return parameters;
    }

    private static ASiCWithCAdESSignatureParameters asicCades(Request request) {
        ASiCWithCAdESSignatureParameters parameters = common(request, new ASiCWithCAdESSignatureParameters(), "CAdES");
        parameters.aSiC().setContainerType(ASiCContainerType.valueOf(request.text("container")));
        return parameters;
    }

    private static ASiCWithXAdESSignatureParameters asicXades(Request request) {
        ASiCWithXAdESSignatureParameters parameters = common(request, new ASiCWithXAdESSignatureParameters(), "XAdES");
        parameters.aSiC().setContainerType(ASiCContainerType.valueOf(request.text("container")));
        return parameters;
    }
}
