/** Integer millionths of a currency's unit. Prices are CPM, so one impression costs a thousandth of its price. */
export type Micros = number;
