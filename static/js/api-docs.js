// Shows the API's description. Requests sent from the page use the reader's own session, so they carry its CSRF token.
const place = document.getElementById("api");
const token = document.querySelector('meta[name="csrf-token"]').content;

window.SwaggerUIBundle({
  url: place.dataset.description,
  domNode: place,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  requestInterceptor(request) {
    request.headers["X-CSRFToken"] = token;
    return request;
  },
});
