import { testFaults } from "./short_form.ts";

testFaults([
  "ferret killed",
  "ferret suspended",
  "ferret suspended, then killed",
  "both killed",
  "process group killed",
  "slow disk",
  "store fails",
  "writer dies",
  "recovery killed",
]);
