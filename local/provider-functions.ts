interface Place {
  readonly account: string;
  readonly region: string;
}

/** Answers the functions of the AWS provider that a program may call. @throws for any other */
export function answerCall(token: string, { account, region }: Place): Record<string, unknown> {
  switch (token) {
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return {
        id: account,
        accountId: account,
        arn: `arn:aws:iam::${account}:user/administrator`,
        userId: "administrator",
      };
    case "aws:index/getRegion:getRegion":
      return { id: region, name: region, region, description: "The embedded cloud", endpoint: "" };
    case "aws:index/getPartition:getPartition":
      return { id: "aws", partition: "aws", dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" };
    case "aws:iam/getPolicyDocument:getPolicyDocument":
      throw new Error(
        `${token} is computed by the provider, which does not run here; write the document with policy(…).`,
      );
    default:
      throw new Error(`the embedded cloud has no answer for ${token}; add it to local/provider-functions.ts.`);
  }
}
