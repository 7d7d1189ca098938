namespace Palimpsest.Reasoning.Verifiers;

/// <summary>When two final answers are the same.</summary>
public enum AnswerEquality
{
    /// <summary>The same characters, blanks at the ends left out.</summary>
    Text,

    /// <summary>The same number, exactly: 51 is 51.0, and 0.333 is not 1/3.</summary>
    Number,

    /// <summary>The same mathematical expression (<see cref="Metrics.MathAnswer"/>).</summary>
    Math,
}
