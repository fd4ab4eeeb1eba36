import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** A name of one's own for the stage. Its DNS record is the reader's to make: an alias of `regionalDomainName`. */
export function edgeDomain(
  name: string,
  args: {
    readonly domain: { readonly name: string; readonly certificateArn: string };
    readonly stage: aws.apigateway.Stage;
  },
  opts: pulumi.CustomResourceOptions,
): aws.apigateway.DomainName {
  const { domain, stage } = args;
  const made = new aws.apigateway.DomainName(
    `${name}-domain`,
    {
      domainName: domain.name,
      regionalCertificateArn: domain.certificateArn,
      endpointConfiguration: { types: "REGIONAL" },
      securityPolicy: "TLS_1_2", // the least; handshakes go by the API's own policy where that asks for more
    },
    opts,
  );
  new aws.apigateway.BasePathMapping(
    `${name}-domain-mapping`,
    { domainName: made.domainName, restApi: stage.restApi, stageName: stage.stageName },
    opts,
  );
  return made;
}
