namespace Palimpsest.Text.Templates;

/// <summary>A part of a template that does something.</summary>
/// <param name="Line">Where it stands.</param>
internal abstract record Statement(int Line)
{
    internal sealed record Data(string Text, int Line) : Statement(Line);

    internal sealed record Print(Expression Value, int Line) : Statement(Line);

    internal sealed record If(IReadOnlyList<(Expression Condition, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Else, int Line) : Statement(Line);

    internal sealed record For(SetTarget Target, Expression Items, Expression? Where, bool Recursive, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else, int Line) : Statement(Line);

    internal sealed record Set(SetTarget Target, Expression Value, int Line) : Statement(Line);

    internal sealed record SetBlock(SetTarget Target, Expression.Filter? Filter, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

    internal sealed record With(IReadOnlyList<(SetTarget Target, Expression Value)> Values, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

    internal sealed record Macro(string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body, bool UsesVarargs, bool UsesKwargs, int Line) : Statement(Line);

    /// <summary><c>{% call(x) f() %}</c>: the body is the macro <c>caller</c> of the call.</summary>
    internal sealed record CallBlock(Expression.Call Call, Macro Caller, int Line) : Statement(Line);

    internal sealed record FilterBlock(Expression.Filter Filter, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

    /// <summary><c>{% generation %}</c>: what an assistant has said.</summary>
    internal sealed record Generation(IReadOnlyList<Statement> Body, int Line) : Statement(Line);

    internal sealed record Break(int Line) : Statement(Line);

    internal sealed record Continue(int Line) : Statement(Line);
}
