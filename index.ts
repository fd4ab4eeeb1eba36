import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
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
  const network = config.systems.clickstream ? new Network("network", { ...estate, ...config.network }) : undefined;
  const clickstream = network
    ? new Clickstream("clickstream", { ...estate, network, settings: config.clickstream })
    : undefined;

  return {
    ...outputsOf(ESTATE_OUTPUTS, { environment: names.environment, region, account }),
    ...outputsOf(MARKET_DATA_OUTPUTS, marketData),
    ...outputsOf(NETWORK_OUTPUTS, network),
    ...outputsOf(CLICKSTREAM_OUTPUTS, clickstream),
  };
};
