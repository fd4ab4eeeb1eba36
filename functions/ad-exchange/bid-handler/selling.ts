export { testSeats } from "../adapters/test-seat";
export { refreshing } from "./refreshing";
export { Sale } from "./sale";
