package edoc.interop;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.spi.DSSUtils;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;

/** One request; octets are Base64, times RFC 3339, absent lists empty. */
record Request(JsonObject json) {
    boolean has(String name) {
        return json.has(name) && !json.get(name).isJsonNull();
    }

    String text(String name) {
        return json.get(name).getAsString();
    }

    String text(String name, String otherwise) {
        return has(name) ? text(name) : otherwise;
    }

    boolean flag(String name) {
        return has(name) && json.get(name).getAsBoolean();
    }

    byte[] octets(String name) {
        return Base64.getDecoder().decode(text(name));
    }

    Date time(String name) {
        return Date.from(Instant.parse(text(name)));
    }

    Request part(String name) {
        return new Request(json.getAsJsonObject(name));
    }

    List<byte[]> list(String name) {
        JsonArray found = has(name) ? json.getAsJsonArray(name) : new JsonArray();
        List<byte[]> octets = new ArrayList<>();
        for (JsonElement item : found) {
            octets.add(Base64.getDecoder().decode(item.getAsString()));
        }
        return octets;
    }

    List<CertificateToken> certificates(String name) {
        return list(name).stream().map(DSSUtils::loadCertificate).toList();
    }

    /** Documents as octets, or as objects with a `name` and the octets in `data`. */
    List<DSSDocument> documents(String name) {
        JsonArray found = has(name) ? json.getAsJsonArray(name) : new JsonArray();
        List<DSSDocument> documents = new ArrayList<>();
        for (JsonElement item : found) {
            if (item.isJsonObject()) {
                Request named = new Request(item.getAsJsonObject());
                documents.add(new InMemoryDocument(named.octets("data"), named.text("name")));
            } else {
                documents.add(new InMemoryDocument(Base64.getDecoder().decode(item.getAsString())));
            }
        }
        return documents;
    }
}
