// Makes the Design System's components come alive. Every page works without it.
import { initAll } from "./govuk-frontend.min.js";

initAll();
