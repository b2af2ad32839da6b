package edoc.interop;

import eu.europa.esig.dss.alert.SilentOnStatusAlert;
import eu.europa.esig.dss.alert.StatusAlert;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.service.crl.OnlineCRLSource;
import eu.europa.esig.dss.service.http.commons.CommonsDataLoader;
import eu.europa.esig.dss.service.http.commons.OCSPDataLoader;
import eu.europa.esig.dss.service.ocsp.OnlineOCSPSource;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonCertificateSource;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.ExternalResourcesOCSPSource;

/** What a request trusts and brings along: `trust`, `certificates`, `crls`, `ocsps`; `online` asks the addresses. */
final class Material {
    private Material() {}

    static CommonCertificateVerifier verifier(Request request) {
        // `true`: without the source that fetches issuers over the network.
        CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        request.certificates("trust").forEach(trusted::addCertificate);
        verifier.setTrustedCertSources(trusted);
        CommonCertificateSource others = new CommonCertificateSource();
        for (CertificateToken certificate : request.certificates("certificates")) {
            others.addCertificate(certificate);
        }
        verifier.setAdjunctCertSources(others);
        if (request.flag("online")) {
            verifier.setCrlSource(new OnlineCRLSource(new CommonsDataLoader()));
            verifier.setOcspSource(new OnlineOCSPSource(new OCSPDataLoader()));
        } else {
            verifier.setCrlSource(new ExternalResourcesCRLSource(request.documents("crls").toArray(DSSDocument[]::new)));
            verifier.setOcspSource(new ExternalResourcesOCSPSource(request.documents("ocsps").toArray(DSSDocument[]::new)));
        }
        return verifier;
    }

    /** A signer that asks nothing: makes documents of frozen times, and those that must be refused. */
    static CommonCertificateVerifier carefree(Request request) {
        CommonCertificateVerifier verifier = verifier(request);
        StatusAlert silent = new SilentOnStatusAlert();
        verifier.setAlertOnExpiredCertificate(silent);
        verifier.setAlertOnNotYetValidCertificate(silent);
        verifier.setAlertOnRevokedCertificate(silent);
        verifier.setAlertOnMissingRevocationData(silent);
        verifier.setAlertOnNoRevocationAfterBestSignatureTime(silent);
        verifier.setAlertOnUncoveredPOE(silent);
        verifier.setAlertOnInvalidTimestamp(silent);
        verifier.setAlertOnInvalidSignature(silent);
        verifier.setAugmentationAlertOnHigherSignatureLevel(silent);
        verifier.setAugmentationAlertOnSelfSignedCertificateChains(silent);
        // Data of a frozen time is older than the clock of this machine: take it all the same.
        verifier.setRevocationFallback(true);
        return verifier;
    }
}
