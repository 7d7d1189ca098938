namespace Palimpsest.Tests.Fuzzing;

/// <summary>An input that broke the rule; format, seed and index make it again.</summary>
internal sealed record FuzzFinding(string Format, int Seed, int Index, string What)
{
    public override string ToString() => $"{Format} {Seed} {Index}: {What}";
}
