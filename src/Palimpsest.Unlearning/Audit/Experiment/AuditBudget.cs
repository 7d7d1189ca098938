using System.Globalization;
using System.Text.RegularExpressions;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>A length of time as people write it: <c>90s</c>, <c>10m</c>, <c>2h</c>.</summary>
internal static partial class AuditBudget
{
    /// <summary>Reads one.</summary>
    /// <param name="text">A whole number above 0 and its unit.</param>
    /// <param name="length">What it says.</param>
    public static bool TryRead(string text, out TimeSpan length)
    {
        Match match = Form().Match(text);
        length = default;
        if (!match.Success || !int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1)
        {
            return false;
        }

        length = match.Groups[2].ValueSpan[0] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            _ => TimeSpan.FromHours(number),
        };
        return true;
    }

    [GeneratedRegex(@"\A([0-9]{1,6})(s|m|h)\z")]
    private static partial Regex Form();
}
