// Which partition of AWS a Region belongs to: ARNs name it, and a policy whose ARNs name another one is refused, or allows nothing.

const PARTITIONS: readonly (readonly [regions: RegExp, partition: string])[] = [
  [/^cn-/, "aws-cn"],
  [/^us-gov-/, "aws-us-gov"],
  [/^us-iso-/, "aws-iso"],
  [/^us-isob-/, "aws-iso-b"],
];

/** "aws" for every Region that is not known to lie elsewhere, those of other servers than AWS's too. */
export const partitionOf = (region: string): string => PARTITIONS.find(([regions]) => regions.test(region))?.[1] ?? "aws";

/** Of the bucket itself; its objects are below this and a slash. */
export const bucketArn = (bucket: string, region: string): string => `arn:${partitionOf(region)}:s3:::${bucket}`;
