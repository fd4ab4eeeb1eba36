"""Rules of security groups in MiniStack 1.5.33's EC2; `corrections.apply` applies it and checks the version.

Amazon EC2 API Reference, IpPermission, PrefixListIds.N: the prefix lists that a rule is about. MiniStack reads every other kind
of peer and drops these, so that the rule would lead nowhere, and two rules to two lists would be one.
"""

from ministack.services import ec2


def keep_prefix_lists() -> None:
    parse, xml_of = ec2._parse_ip_permissions, ec2._sg_rule_xml

    def with_lists(params, prefix):
        rules = parse(params, prefix)
        for number, rule in enumerate(rules, 1):
            rule["PrefixListIds"] += _lists_in(params, f"{prefix}.{number}.PrefixListIds")
        return rules

    def showing_lists(sg_id, rule, is_egress=False):
        shown = xml_of(sg_id, rule, is_egress)
        for entry in rule.get("PrefixListIds", []):
            shown = shown.replace("</toPort>", f"</toPort><prefixListId>{entry['PrefixListId']}</prefixListId>", 1)
        return shown

    ec2._parse_ip_permissions = with_lists
    ec2._sg_rule_xml = showing_lists


def _lists_in(params, prefix: str) -> list:
    lists = []
    while list_id := ec2._p(params, f"{prefix}.{len(lists) + 1}.PrefixListId"):
        description = ec2._p(params, f"{prefix}.{len(lists) + 1}.Description")
        lists.append({"PrefixListId": list_id, **({"Description": description} if description else {})})
    return lists
