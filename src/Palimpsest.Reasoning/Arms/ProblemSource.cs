namespace Palimpsest.Reasoning.Arms;

/// <summary>Which problems a model samples its own solutions of.</summary>
public enum ProblemSource
{
    /// <summary>Those that it was trained on, as in the paper. A small model knows these by heart, and is hardly ever wrong on them.</summary>
    Training,

    /// <summary>As many fresh ones, of which only the answers are known: a legitimate question, but another one than the paper's.</summary>
    Pool,
}
