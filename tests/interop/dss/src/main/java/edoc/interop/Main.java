package edoc.interop;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import eu.europa.esig.dss.spi.DSSSecurityProvider;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.Security;

/** Answers requests, one JSON object a line on standard input, with one line each on standard output. */
public final class Main {
    private static final Gson GSON = new Gson();

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        // Before the providers of the JDK, which know no Brainpool curve.
        Security.insertProviderAt(DSSSecurityProvider.getSecurityProvider(), 1);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        // Whatever a library prints must not get between the answers.
        System.setOut(System.err);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(GSON.toJson(answer(JsonParser.parseString(line).getAsJsonObject())));
        }
    }

    /** A boundary: whatever goes wrong in DSS is an answer, and the next request is served all the same. */
    private static JsonObject answer(JsonObject asked) {
        Request request = new Request(asked);
        try {
            return switch (request.text("op")) {
                case "validate" -> Validation.validate(request);
                case "sign" -> request.has("format") ? FormatSigning.sign(request) : Signing.sign(request);
                case "extend" -> request.has("format") ? FormatSigning.extend(request) : Signing.extend(request);
                default -> throw new IllegalArgumentException("unknown op");
            };
        } catch (Exception problem) {
            JsonObject answer = new JsonObject();
            answer.addProperty("error", problem.getClass().getSimpleName() + ": " + problem.getMessage());
            return answer;
        }
    }
}
