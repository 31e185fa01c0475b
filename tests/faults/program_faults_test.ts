import { testFaults } from "./short_form.ts";

testFaults([
  "none",
  "program killed",
  "program aborts",
  "program exits",
  "program throws",
  "program loops for ever, killed",
  "program out of memory",
  "program gets SIGTERM",
  "ferret gets SIGTERM",
  "Ctrl-C",
  "program suspended",
]);
