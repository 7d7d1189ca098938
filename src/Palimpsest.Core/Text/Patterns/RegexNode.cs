namespace Palimpsest.Text.Patterns;

/// <summary>The parts of a parsed pattern.</summary>
internal abstract record RegexNode
{
    /// <summary>One code point of a set; <paramref name="Single"/> is the code point when it is just one, else -1.</summary>
    public sealed record OneOf(CodePointSet? Set, int Single) : RegexNode
    {
        public bool Contains(int codePoint) => Set is null ? codePoint == Single : Set.Contains(codePoint);
    }

    /// <summary>Parts one after the other.</summary>
    public sealed record Row(IReadOnlyList<RegexNode> Parts) : RegexNode;

    /// <summary>The first part that leads to a match.</summary>
    public sealed record Either(IReadOnlyList<RegexNode> Parts) : RegexNode;

    /// <summary>A part repeated; a maximum of -1 stands for no maximum.</summary>
    public sealed record Loop(RegexNode Part, int Minimum, int Maximum, RegexGreed Greed) : RegexNode;

    /// <summary>A part that must (not) match here, ahead or behind, and consumes nothing.</summary>
    public sealed record Look(RegexNode Part, bool Negative, bool Behind) : RegexNode;

    /// <summary>A part whose first match is final.</summary>
    public sealed record Atomic(RegexNode Part) : RegexNode;

    /// <summary>A position: <c>^ $ A Z z b B</c>.</summary>
    public sealed record Anchor(char Kind) : RegexNode;
}
