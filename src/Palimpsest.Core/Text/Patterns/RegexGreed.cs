namespace Palimpsest.Text.Patterns;

/// <summary>How much a repetition takes.</summary>
internal enum RegexGreed
{
    /// <summary>As much as possible, giving back where needed.</summary>
    Greedy,

    /// <summary>As little as possible.</summary>
    Lazy,

    /// <summary>As much as possible, giving nothing back.</summary>
    Possessive,
}
