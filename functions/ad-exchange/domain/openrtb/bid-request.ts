/**
 * The bid request of OpenRTB 2.6 (IAB Tech Lab, 2.6-202606), section 3.2: what the exchange reads of it. Names are the
 * specification's. Anything else a request carries is tolerated and ignored (section 2.6). An absent attribute means
 * "unknown" (section 2.3), so every optional one is `undefined` when absent; checked by `readBidRequest`.
 */
export interface BidRequest {
  readonly id: string;
  readonly imp: readonly Imp[];
  /** At most one of site, app and dooh. */
  readonly site?: Site;
  readonly app?: App;
  readonly dooh?: Dooh;
  readonly device?: Device;
  readonly user?: User;
  /** 1: never billable. Default 0. */
  readonly test?: 0 | 1;
  /** Auction type: 1 first price, 2 second price plus (default), 500 and up: of the exchange's own. */
  readonly at?: number;
  /** Milliseconds for the whole answer, network included. */
  readonly tmax?: number;
  /** Seats that may bid, or that may not; never both. */
  readonly wseat?: readonly string[];
  readonly bseat?: readonly string[];
  readonly allimps?: 0 | 1;
  /** ISO-4217 currencies that bids may be in. */
  readonly cur?: readonly string[];
  /** Languages that creatives may be in, ISO-639-1; `wlangb` says the same by IETF BCP 47. */
  readonly wlang?: readonly string[];
  readonly wlangb?: readonly string[];
  /** Categories that creatives have to be of. */
  readonly acat?: readonly string[];
  readonly bcat?: readonly string[];
  readonly cattax?: number;
  readonly badv?: readonly string[];
  readonly bapp?: readonly string[];
  readonly source?: Source;
  readonly regs?: Regs;
  readonly ext?: Readonly<Record<string, unknown>>;
}

export interface Imp {
  readonly id: string;
  readonly banner?: Banner;
  readonly video?: Video;
  readonly audio?: Audio;
  readonly native?: Native;
  readonly pmp?: Pmp;
  readonly instl?: 0 | 1;
  readonly tagid?: string;
  /** CPM in `bidfloorcur`; default 0. */
  readonly bidfloor?: number;
  /** Default USD. */
  readonly bidfloorcur?: string;
  readonly secure?: 0 | 1;
  /** Seconds between auction and impression that a bid has to allow for. */
  readonly exp?: number;
  readonly rwdd?: 0 | 1;
  readonly ssai?: number;
}

export interface Format {
  readonly w?: number;
  readonly h?: number;
  readonly wratio?: number;
  readonly hratio?: number;
  readonly wmin?: number;
}

export interface Banner {
  readonly format?: readonly Format[];
  readonly w?: number;
  readonly h?: number;
  readonly btype?: readonly number[];
  readonly battr?: readonly number[];
  readonly pos?: number;
  readonly mimes?: readonly string[];
  readonly api?: readonly number[];
}

/** What durations may cost at least, [7.11]. */
export interface DurFloors {
  readonly mindur?: number;
  readonly maxdur?: number;
  readonly bidfloor?: number;
}

export interface Video {
  readonly mimes: readonly string[];
  readonly minduration?: number;
  readonly maxduration?: number;
  readonly rqddurs?: readonly number[];
  readonly protocols?: readonly number[];
  readonly w?: number;
  readonly h?: number;
  readonly startdelay?: number;
  readonly linearity?: number;
  readonly skip?: 0 | 1;
  readonly battr?: readonly number[];
  readonly minbitrate?: number;
  readonly maxbitrate?: number;
  readonly api?: readonly number[];
  readonly plcmt?: number;
  readonly podid?: string;
  readonly poddur?: number;
  readonly mincpmpersec?: number;
  readonly durfloors?: readonly DurFloors[];
}

export interface Audio {
  readonly mimes: readonly string[];
  readonly minduration?: number;
  readonly maxduration?: number;
  readonly rqddurs?: readonly number[];
  readonly protocols?: readonly number[];
  readonly startdelay?: number;
  readonly battr?: readonly number[];
  readonly minbitrate?: number;
  readonly maxbitrate?: number;
  readonly api?: readonly number[];
  readonly podid?: string;
  readonly poddur?: number;
  readonly mincpmpersec?: number;
  readonly durfloors?: readonly DurFloors[];
}

export interface Native {
  /** Native markup request, JSON as text (OpenRTB Native 1.2). */
  readonly request: string;
  readonly ver?: string;
  readonly api?: readonly number[];
  readonly battr?: readonly number[];
}

export interface Pmp {
  /** 1: only bids under one of the deals are taken. Default 0. */
  readonly private_auction?: 0 | 1;
  readonly deals?: readonly Deal[];
}

export interface Deal {
  readonly id: string;
  readonly bidfloor?: number;
  /** Default USD; does not inherit the impression's, [3.2.12]. */
  readonly bidfloorcur?: string;
  /** Overrides the request's: 1, 2, or 3: `bidfloor` is the agreed price. */
  readonly at?: number;
  readonly wseat?: readonly string[];
  readonly wadomain?: readonly string[];
  readonly guar?: 0 | 1;
  readonly mincpmpersec?: number;
  readonly durfloors?: readonly DurFloors[];
}

export interface Publisher {
  readonly id?: string;
  readonly name?: string;
  readonly cat?: readonly string[];
  readonly domain?: string;
}

export interface Content {
  readonly id?: string;
  readonly genre?: string;
  readonly cat?: readonly string[];
  readonly cattax?: number;
  readonly language?: string;
  readonly data?: readonly Data[];
}

export interface Site {
  readonly id?: string;
  readonly name?: string;
  readonly domain?: string;
  readonly cat?: readonly string[];
  readonly sectioncat?: readonly string[];
  readonly pagecat?: readonly string[];
  readonly cattax?: number;
  readonly page?: string;
  readonly ref?: string;
  readonly search?: string;
  readonly keywords?: string;
  readonly publisher?: Publisher;
  readonly content?: Content;
}

export interface App {
  readonly id?: string;
  readonly name?: string;
  readonly bundle?: string;
  readonly domain?: string;
  readonly storeurl?: string;
  readonly cat?: readonly string[];
  readonly sectioncat?: readonly string[];
  readonly pagecat?: readonly string[];
  readonly cattax?: number;
  readonly ver?: string;
  readonly keywords?: string;
  readonly publisher?: Publisher;
  readonly content?: Content;
}

export interface Dooh {
  readonly id?: string;
  readonly name?: string;
  readonly venuetype?: readonly string[];
  readonly domain?: string;
  readonly keywords?: string;
  readonly publisher?: Publisher;
  readonly content?: Content;
}

export interface Geo {
  readonly lat?: number;
  readonly lon?: number;
  readonly type?: number;
  readonly accuracy?: number;
  /** ISO-3166-1 alpha-3. */
  readonly country?: string;
  /** ISO-3166-2, without its country. */
  readonly region?: string;
  readonly metro?: string;
  readonly city?: string;
  readonly zip?: string;
  readonly utcoffset?: number;
}

export interface Device {
  readonly ua?: string;
  readonly sua?: Readonly<Record<string, unknown>>;
  readonly ip?: string;
  readonly ipv6?: string;
  readonly geo?: Geo;
  readonly dnt?: 0 | 1;
  readonly lmt?: 0 | 1;
  /** 1 mobile or tablet, 2 personal computer, 3 connected TV, 4 phone, 5 tablet, 6 connected device, 7 set-top box, 8 OOH. */
  readonly devicetype?: number;
  readonly make?: string;
  readonly model?: string;
  readonly os?: string;
  readonly osv?: string;
  /** ISO-639-1; `langb` says the same by IETF BCP 47. */
  readonly language?: string;
  readonly langb?: string;
  readonly carrier?: string;
  readonly connectiontype?: number;
  readonly ifa?: string;
  readonly didsha1?: string;
  readonly didmd5?: string;
  readonly dpidsha1?: string;
  readonly dpidmd5?: string;
  readonly macsha1?: string;
  readonly macmd5?: string;
}

export interface Eid {
  readonly source?: string;
  readonly uids?: readonly { readonly id?: string; readonly atype?: number }[];
}

export interface Segment {
  readonly id?: string;
  readonly name?: string;
  readonly value?: string;
}

export interface Data {
  readonly id?: string;
  readonly name?: string;
  readonly segment?: readonly Segment[];
}

export interface User {
  readonly id?: string;
  readonly buyeruid?: string;
  readonly yob?: number;
  readonly gender?: string;
  readonly keywords?: string;
  readonly customdata?: string;
  readonly geo?: Geo;
  readonly data?: readonly Data[];
  /** TCF consent string when `regs.gdpr` is 1. */
  readonly consent?: string;
  readonly eids?: readonly Eid[];
  /** Where 2.5 put consent and eids; read when the attribute itself is absent. */
  readonly ext?: { readonly consent?: string; readonly eids?: readonly Eid[] };
}

export interface Regs {
  readonly coppa?: 0 | 1;
  readonly gdpr?: 0 | 1;
  readonly us_privacy?: string;
  readonly gpp?: string;
  readonly gpp_sid?: readonly number[];
  /** Where 2.5 put them; read when the attribute itself is absent. */
  readonly ext?: {
    readonly gdpr?: 0 | 1;
    readonly us_privacy?: string;
    readonly gpp?: string;
    readonly gpp_sid?: readonly number[];
    /** "1": Global Privacy Control, a community extension. */
    readonly gpc?: string;
  };
}

export interface SupplyChainNode {
  readonly asi: string;
  /** At most 64 characters. */
  readonly sid: string;
  readonly rid?: string;
  readonly name?: string;
  readonly domain?: string;
  readonly hp?: 0 | 1;
}

export interface SupplyChain {
  readonly complete: 0 | 1;
  readonly nodes: readonly SupplyChainNode[];
  readonly ver: string;
}

export interface Source {
  readonly fd?: number;
  readonly tid?: string;
  readonly pchain?: string;
  readonly schain?: SupplyChain;
  /** Where 2.5 put it; read when the attribute itself is absent. */
  readonly ext?: { readonly schain?: SupplyChain };
}
