namespace Palimpsest.Text.Templates;

/// <summary>What stands between the brackets of a call.</summary>
internal sealed record ExpressionArguments(IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named)
{
    public static ExpressionArguments None { get; } = new([], []);
}
