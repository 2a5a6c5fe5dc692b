// Access tokens with the claims that hosted auth puts in; the library signs only a few of them.
import { SignJWT, decodeJwt } from "jose";

const ISSUING_PATHS = new Set(["/auth/v1/signup", "/auth/v1/token", "/auth/v1/verify"]);

export function isIssuing(request) {
  return request.method === "POST" && ISSUING_PATHS.has(new URL(request.url).pathname);
}

function completeClaims(claims, user, issuer) {
  return {
    ...claims,
    iss: issuer,
    phone: user.phone ?? "",
    app_metadata: user.app_metadata ?? {},
    user_metadata: user.user_metadata ?? {},
    aal: "aal1",
    amr: [{ method: "password", timestamp: claims.iat }],
    is_anonymous: user.is_anonymous ?? false,
  };
}

export function createTokenSigner({ jwtSecret, issuer }) {
  const key = new TextEncoder().encode(jwtSecret);

  return async function signAgain(response) {
    if (!response.ok || !response.headers.get("content-type")?.includes("json")) return response;
    const session = await response.json();
    if (session?.access_token && session.user) {
      const claims = completeClaims(decodeJwt(session.access_token), session.user, issuer);
      const header = { alg: "HS256", typ: "JWT" };
      session.access_token = await new SignJWT(claims).setProtectedHeader(header).sign(key);
    }
    return Response.json(session, { status: response.status });
  };
}
