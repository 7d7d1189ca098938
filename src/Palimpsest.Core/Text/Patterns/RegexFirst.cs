namespace Palimpsest.Text.Patterns;

/// <summary>Which characters a pattern can start with.</summary>
internal static class RegexFirst
{
    /// <summary>False only if no match of the part can start with this character.</summary>
    public static bool CanStart(RegexNode node, int codePoint) => Starts(node, codePoint, out bool canBeEmpty) || canBeEmpty;

    private static bool Starts(RegexNode node, int codePoint, out bool canBeEmpty)
    {
        canBeEmpty = false;
        switch (node)
        {
            case RegexNode.OneOf one:
                return one.Contains(codePoint);
            case RegexNode.Row row:
                foreach (RegexNode part in row.Parts)
                {
                    if (Starts(part, codePoint, out bool skip))
                        return true;
                    if (!skip)
                        return false;
                }

                canBeEmpty = true;
                return false;
            case RegexNode.Either either:
                bool any = false;
                foreach (RegexNode part in either.Parts)
                {
                    any |= Starts(part, codePoint, out bool skip);
                    canBeEmpty |= skip;
                }

                return any;
            case RegexNode.Loop loop:
                bool starts = Starts(loop.Part, codePoint, out bool empty);
                canBeEmpty = empty || loop.Minimum == 0;
                return starts;
            case RegexNode.Atomic atomic:
                return Starts(atomic.Part, codePoint, out canBeEmpty);
            default:
                canBeEmpty = true;
                return false;
        }
    }
}
