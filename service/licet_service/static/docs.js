// The description of the API, drawn by Swagger UI from this server alone.
window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger",
  deepLinking: true,
  validatorUrl: null,
  syntaxHighlight: { activated: false },
});
document.getElementById("plain").hidden = true;
