using System.Text.RegularExpressions;
using Palimpsest.Metrics.Algebra;

namespace Palimpsest.Metrics;

/// <summary>Whether two final answers of mathematical problems mean the same.</summary>
/// <remarks>
/// After layout is taken away (spaces, <c>\left</c>, units, currency, degree and percent signs, thousands separators, <c>x =</c>) two expressions are equal if their exact normal forms are: whole numbers, fractions, roots of
/// whole numbers, polynomials. A decimal equals a closed form only to 1e-9 relative. Order counts in tuples, intervals and matrices, not in sets, lists and unions; brackets count. Conventions where published graders disagree:
/// percent signs are dropped, not divided by 100; <c>\pm a</c> is the list of both; a list equals a set; the left side of an equation is dropped where it is one letter, but not inside lists; a ratio is no fraction; matrix
/// brackets do not count; a lone word is a text, compared without case. What cannot be read is compared as text. An empty side equals nothing.
/// </remarks>
public static partial class MathAnswer
{
    private const int LongestAnswer = 1_000;
    private const double Closeness = 1e-9;

    /// <summary>Whether an answer means the same as the reference.</summary>
    /// <param name="reference">The right answer, in LaTeX or plain text.</param>
    /// <param name="answer">The answer given, without the solution around it; see <see cref="AnswerExtraction"/>.</param>
    public static bool Equivalent(string reference, string answer)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(answer);
        (string left, string right) = (AnswerLayout.Clean(reference), AnswerLayout.Clean(answer));
        return left.Length > 0 && right.Length > 0 && (left == right || (left.Length <= LongestAnswer && right.Length <= LongestAnswer && Equal(Read(left), Read(right))));
    }

    private static bool Equal(Shape left, Shape right) => (left, right) switch
    {
        (Words a, Words b) => a.Text.Equals(b.Text, StringComparison.OrdinalIgnoreCase),
        (Words a, Formula b) => a.Text == b.Text,
        (Formula a, Words b) => a.Text == b.Text,
        (Formula a, Formula b) => Equal(a, b),
        (Items a, Items b) when Unordered(a.Kind) && Unordered(b.Kind) => SameItems(a.Parts, b.Parts, once: a.Kind == "{" || b.Kind == "{"),
        (Items a, Items b) => a.Kind == b.Kind && a.Parts.Count == b.Parts.Count && a.Parts.Zip(b.Parts).All(pair => Equal(pair.First, pair.Second)),
        _ => false,
    };

    private static bool Unordered(string kind) => kind is "," or "{";

    private static bool Equal(Formula left, Formula right)
    {
        if (left.Value is null || right.Value is null)
        {
            return Squeeze(left.Text) == Squeeze(right.Text);
        }

        if ((left.Value + right.Value.Negate()).IsZero)
        {
            return true;
        }

        // Two numbers that both are written out are different; only what no decimal can hold may be rounded.
        bool rounded = (left.HasDecimal && !IsDecimal(right.Value)) || (right.HasDecimal && !IsDecimal(left.Value));
        return rounded && left.Value.Value() is double a && right.Value.Value() is double b && Math.Abs(a - b) <= Closeness * Math.Max(Math.Abs(a), Math.Abs(b));
    }

    private static bool IsDecimal(Sum value)
    {
        if (value.AsNumber() is not Rational number)
        {
            return false;
        }

        System.Numerics.BigInteger rest = number.Denominator;
        foreach (int prime in (int[])[2, 5])
        {
            for (; (rest % prime).IsZero; rest /= prime)
            {
            }
        }

        return rest.IsOne;
    }

    private static bool SameItems(IReadOnlyList<Shape> left, IReadOnlyList<Shape> right, bool once)
    {
        List<Shape> Distinct(IReadOnlyList<Shape> shapes) => [.. shapes.Where((shape, i) => !once || !shapes.Take(i).Any(earlier => Equal(earlier, shape)))];
        List<Shape> rest = Distinct(right), wanted = Distinct(left);
        return wanted.Count == rest.Count && wanted.All(shape => rest.FindIndex(other => Equal(shape, other)) is >= 0 and int found && Remove(rest, found));
    }

    private static bool Remove(List<Shape> shapes, int place)
    {
        shapes.RemoveAt(place);
        return true;
    }

    private static string Squeeze(string text) => string.Concat(text.Where(character => !char.IsWhiteSpace(character)));

    private static Shape Read(string text)
    {
        text = text.Trim();
        if (Word().IsMatch(text))
        {
            return new Words(text);
        }

        if (text.Contains("\\pm", StringComparison.Ordinal))
        {
            return new Items(",", [Read(text.Replace("\\pm", "+", StringComparison.Ordinal).Replace("\\mp", "-", StringComparison.Ordinal)), Read(text.Replace("\\pm", "-", StringComparison.Ordinal).Replace("\\mp", "+", StringComparison.Ordinal))]);
        }

        if (Matrix().Match(text) is { Success: true } matrix)
        {
            return new Items("matrix", [.. matrix.Groups["body"].Value.Split("\\\\").Where(row => !string.IsNullOrWhiteSpace(row)).Select(row => new Items("row", [.. row.Split('&').Select(Read)]))]);
        }

        if (Thousands().IsMatch(text))
        {
            text = text.Replace(",", "", StringComparison.Ordinal);
        }

        foreach (string sign in (string[])["\\cup", ",", ":", "="])
        {
            List<string> parts = AnswerLayout.Split(text, sign);
            if (parts.Count == 2 && sign == "=" && LeftSide().IsMatch(parts[0]))
            {
                return Read(parts[1]);
            }

            if (parts.Count > 1)
            {
                // Inside a list an equation keeps its left side.
                return new Items(sign is "\\cup" ? "," : sign, [.. parts.Select(part => sign == "," && part.Contains('=', StringComparison.Ordinal) ? new Formula(part, null, false) : Read(part))]);
            }
        }

        return AnswerLayout.Inside(text) is (string kind, string inside) && (kind == "{" || AnswerLayout.Split(inside, ",").Count > 1) ? new Items(kind, [.. AnswerLayout.Split(inside, ",").Select(Read)]) : ReadFormula(text);
    }

    private static Formula ReadFormula(string text)
    {
        string plain = AnswerLayout.Inside(text) is ("()", string inside) && inside.Length == 1 ? inside : text;
        try
        {
            (Sum value, bool hasDecimal) = ExpressionReader.Read(plain);
            return new Formula(plain, value, hasDecimal);
        }
        catch (FormatException)
        {
            return new Formula(plain, null, false);
        }
    }

    private abstract record Shape;

    private sealed record Words(string Text) : Shape;

    private sealed record Formula(string Text, Sum? Value, bool HasDecimal) : Shape;

    private sealed record Items(string Kind, IReadOnlyList<Shape> Parts) : Shape;

    // Two letters and more are a word; one is an unknown or a choice.
    [GeneratedRegex(@"^[A-Za-z]{2,}( [A-Za-z]+)*$", RegexOptions.ExplicitCapture)]
    private static partial Regex Word();

    [GeneratedRegex(@"^\\begin\{(?<kind>[a-zA-Z]*matrix)\}(?<body>.*)\\end\{\k<kind>\}$", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Matrix();

    [GeneratedRegex(@"^[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Thousands();

    [GeneratedRegex(@"^\s*[A-Za-z](_[A-Za-z0-9]|_\{[A-Za-z0-9]+\})?(\([A-Za-z]\))?\s*$", RegexOptions.ExplicitCapture)]
    private static partial Regex LeftSide();
}
