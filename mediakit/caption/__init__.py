"""The post's words: rules and limits, with the place, the reason and a suggestion for every finding.

    fold -> match -> guards -> findings        rules/*.toml say what is looked for, and what is no breach

    from mediakit.caption import check_caption
    checked = check_caption("完美底妆", "...", target="xiaohongshu")
    for finding in checked.findings:
        print(finding.rule, finding.text, finding.suggest_zh)

Not legal advice. What words cannot show (a claim made by a picture, an irony, a number that is false) is not found.
"""

from mediakit.caption.check import check_caption
from mediakit.caption.load import Rulebook, load_rules
from mediakit.caption.schema import Relax
from mediakit.caption.values import Checked, Counts, Finding

__all__ = ["Checked", "Counts", "Finding", "Relax", "Rulebook", "check_caption", "load_rules"]
