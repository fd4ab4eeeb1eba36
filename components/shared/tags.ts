import * as pulumi from "@pulumi/pulumi";

export type Tags = Readonly<Record<string, string>>;

/**
 * Adds tags to every resource that takes them; a resource's own tags win, and of two transformations the inner one.
 * A resource takes tags when its inputs have a `tags` key, which generated SDK classes always set; an array there (EC2
 * Auto Scaling) is another format. Not the provider's default tags: those are merged inside the provider, where no policy
 * pack and no recorded program sees them (docs/decisions/0002-tags-on-the-resource.md).
 */
export function tagged(tags: Tags): pulumi.ResourceTransformation {
  return ({ props, opts }) => {
    if (!("tags" in props) || Array.isArray(props.tags)) return undefined;
    return { props: { ...props, tags: merged(tags, props.tags) }, opts };
  };
}

function merged(tags: Tags, own: pulumi.Input<Tags> | undefined): pulumi.Input<Tags> {
  if (own === undefined) return { ...tags };
  if (pulumi.Output.isInstance(own) || own instanceof Promise)
    return pulumi.output(own).apply((given) => ({ ...tags, ...given }));
  return { ...tags, ...own };
}

/** What every resource of the estate carries. No time stands here: it would make each preview a change. */
export function estateTags(estate: {
  readonly environment: string;
  readonly project: string;
  readonly owner: string;
  readonly costCenter: string;
  readonly tags: Tags;
}): Tags {
  return {
    ...estate.tags,
    Environment: estate.environment,
    Project: estate.project,
    Owner: estate.owner,
    CostCenter: estate.costCenter,
    ManagedBy: "Pulumi",
  };
}
