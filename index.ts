import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AdExchange } from "./components/ad-exchange/ad-exchange";
import { AD_EXCHANGE_OUTPUTS } from "./components/ad-exchange/outputs";
import { Clickstream } from "./components/clickstream/clickstream";
import { CLICKSTREAM_OUTPUTS } from "./components/clickstream/outputs";
import { readConfig } from "./components/config";
import { MarketData } from "./components/market-data/market-data";
import { MARKET_DATA_OUTPUTS } from "./components/market-data/outputs";
import { ESTATE_OUTPUTS, NETWORK_OUTPUTS, type Outputs, outputsOf } from "./components/outputs";
import { Names } from "./components/shared/names";
import { Network } from "./components/shared/network";
import { estateTags, tagged } from "./components/shared/tags";

/** The map: configuration in, systems out, and every wire between systems. */
export = async (): Promise<Outputs> => {
  const config = readConfig();
  const { environment, environmentSuffix: suffix, project, region } = config;
  const names = new Names({ project, environment, suffix });
  const account = aws.getCallerIdentityOutput().accountId;
  pulumi.runtime.registerStackTransformation(tagged(estateTags(config)));

  const estate = {
    names,
    account,
    region,
    notificationEmail: config.notificationEmail,
    logRetentionDays: config.logRetentionDays,
    keyDeletionDays: config.keyDeletionDays,
  };
  const marketData = config.systems.marketData
    ? new MarketData("market-data", { ...estate, settings: config.marketData })
    : undefined;
  const inNetwork = config.systems.clickstream || config.systems.adExchange;
  const network = inNetwork ? new Network("network", { ...estate, ...config.network }) : undefined;
  const clickstream =
    network && config.systems.clickstream
      ? new Clickstream("clickstream", { ...estate, network, settings: config.clickstream })
      : undefined;
  const adExchange =
    network && config.systems.adExchange
      ? new AdExchange("ad-exchange", { ...estate, network, settings: config.adExchange })
      : undefined;

  return {
    ...outputsOf(ESTATE_OUTPUTS, { environment: names.environment, region, account }),
    ...outputsOf(MARKET_DATA_OUTPUTS, marketData),
    ...outputsOf(NETWORK_OUTPUTS, network),
    ...outputsOf(CLICKSTREAM_OUTPUTS, clickstream),
    ...outputsOf(AD_EXCHANGE_OUTPUTS, adExchange),
  };
};
