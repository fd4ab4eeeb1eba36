import type * as aws from "@pulumi/aws";
import type { Reading, Signal, Subject } from "./signals";

const onBalancer = (balancer: aws.lb.LoadBalancer, subject: Subject, reading: Reading): Signal => ({
  ...subject,
  ...reading,
  namespace: "AWS/ApplicationELB",
  dimensions: { LoadBalancer: balancer.arnSuffix },
});

export const failuresOf = (subject: string, balancer: aws.lb.LoadBalancer): Signal =>
  onBalancer(
    balancer,
    {
      name: `alb-failures-${subject}`,
      chart: "Answers of 5xx",
      says: "The load balancer answers 502, 503 or 504 itself: a function failed, took too long, or its answer is not understood.",
    },
    { metric: "HTTPCode_ELB_5XX_Count", statistic: "Sum", above: 0 },
  );

export const failuresBehind = (subject: string, balancer: aws.lb.LoadBalancer): Signal =>
  onBalancer(
    balancer,
    {
      name: `target-failures-${subject}`,
      chart: "Answers of 5xx",
      says: "A function answers 503: the stream takes no records, or parameters or tables cannot be read. Callers keep what they sent.",
    },
    { metric: "HTTPCode_Target_5XX_Count", statistic: "Sum", above: 0 },
  );

export const slowAnswersOf = (subject: string, balancer: aws.lb.LoadBalancer, milliseconds: number): Signal =>
  onBalancer(
    balancer,
    {
      name: `slow-answers-${subject}`,
      chart: "Time to answer, p99 (s)",
      says: `One request in a hundred takes over ${milliseconds} ms.`,
    },
    { metric: "TargetResponseTime", statistic: "p99", above: milliseconds / 1000 },
  );
