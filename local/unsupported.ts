/** Types that the embedded cloud has no counterpart of, each with the reason. They are registered and nothing is made. */
export const UNSUPPORTED: Readonly<Record<string, string>> = {
  "pulumi:providers:aws": "where requests go and who signs them is decided by the embedded cloud",
  "pulumi:providers:random": "random values are made on this machine",
  "aws:appautoscaling/scheduledAction:ScheduledAction":
    "MiniStack has no Application Auto Scaling, and no capacity is ever short here",
  "aws:appautoscaling/policy:Policy": "MiniStack has no Application Auto Scaling, and no capacity is ever short here",
  "aws:appautoscaling/target:Target": "MiniStack has no Application Auto Scaling, and no capacity is ever short here",
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration":
    "MiniStack's WAF knows no logs, and no request is evaluated",
  "aws:xray/group:Group": "MiniStack has no X-Ray",
  "aws:xray/samplingRule:SamplingRule": "MiniStack has no X-Ray",
};
