namespace Palimpsest.Text.Patterns;

/// <summary>What one step of a compiled pattern does.</summary>
internal enum RegexOperation
{
    /// <summary>The match ends here.</summary>
    Match,

    /// <summary>One code point of <c>Item</c>.</summary>
    One,

    /// <summary><c>Low</c> to <c>High</c> code points of <c>Item</c>, as <c>Greed</c> says.</summary>
    Run,

    /// <summary>Goes on at the next instruction, or else at <c>Target</c>.</summary>
    Fork,

    /// <summary>Goes on at <c>Target</c>, or else at the next instruction.</summary>
    ForkAway,

    /// <summary>Goes on at <c>Target</c>.</summary>
    Jump,

    /// <summary>Remembers the position in register <c>Low</c>.</summary>
    Mark,

    /// <summary>Fails when nothing was consumed since the mark: otherwise (a*)* would go on for ever.</summary>
    Progress,

    /// <summary>Tries the part that follows at this position, then goes on at <c>Target</c> from here; <c>Low</c> is 1 for "must not match", <c>High</c> code points further back for a look behind.</summary>
    Look,

    /// <summary>Matches the part that follows once and for all, then goes on at <c>Target</c>.</summary>
    Atomic,

    /// <summary>The position <c>(char)Low</c>.</summary>
    Anchor,
}

/// <summary>One step of a compiled pattern.</summary>
internal readonly record struct RegexInstruction(RegexOperation Operation, RegexNode.OneOf? Item = null, int Target = 0, int Low = 0, int High = 0, RegexGreed Greed = RegexGreed.Greedy);
