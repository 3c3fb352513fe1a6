// The description of the API, drawn by Swagger UI from this server alone.
window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger",
  deepLinking: false,
  validatorUrl: null,
  syntaxHighlight: { activated: false },
  onComplete() {
    // A page has one main part, and this is within it.
    for (const part of document.querySelectorAll("#swagger main")) {
      part.setAttribute("role", "none");
      part.removeAttribute("tabindex");
    }
  },
});
document.getElementById("plain").hidden = true;
