using System.Text.Json;
using Palimpsest.Text.Templates;

namespace Palimpsest.Tests.Text;

/// <summary>Expressions of templates against what CPython 3.11 gives: methods of strings, operators, both ways to format, slices, conversions, rounding, order,
/// JSON.</summary>
/// <remarks>
/// The cases were drawn from random expressions: a method, operator, format or filter over texts of letters that are hard (sharp s, sigmas, title case, digits
/// of other scripts, marks, unassigned code points, white space of all
/// kinds), whole numbers up to 140 digits, floating point numbers next to halves, powers of ten and both ends of their range, infinities, and lists of those.
/// The value is Python's <c>repr</c>, or null where Python raises
/// an error; filters that are not Python's own have the definition of Jinja2 3.1.6. Of each 30,000 some hundred are kept; Unicode is 14.0, as in Python 3.11.
/// </remarks>
public sealed class PythonSemanticsTests
{
    private static readonly JsonElement s_messages = JsonSerializer.Deserialize<JsonElement>("""[{"role":"user","content":""}]""");

    public static IEnumerable<TheoryDataRow<string>> Files() =>
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "golden", "templates"), "*.jsonl").Order(StringComparer.Ordinal).Select(file =>
            new TheoryDataRow<string>(Path.GetFileName(file)));

    [Theory, MemberData(nameof(Files))]
    public void Render_Expression_HasTheValueThatPythonGivesIt(string file)
    {
        List<string> unequal = [];
        int total = 0;
        foreach (JsonElement line in GoldenData.Lines(Path.Combine(AppContext.BaseDirectory, "golden", "templates", file)))
        {
            total++;
            string expression = GoldenData.Text(line, "expression"), actual;
            string? expected = line.GetProperty("value").GetString();
            try
            {
                // In a list, so that the value is shown as repr() has it.
                actual = ChatTemplate.Parse($"{{{{ [{expression}] }}}}").Render(new ChatRequest { Messages = s_messages }).Text[1..^1];
            }
            catch (PalimpsestException error)
            {
                actual = expected is null ? "" : $"error: {error.Message}";
            }

            if (actual != (expected ?? ""))
            {
                unequal.Add($"{line.GetProperty("group")}: {expression} is {expected ?? "an error"}, not {actual}");
            }
        }

        GoldenData.AssertEqual(unequal, total);
    }
}
