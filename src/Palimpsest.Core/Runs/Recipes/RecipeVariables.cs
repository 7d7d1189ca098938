using System.Text;

namespace Palimpsest.Runs.Recipes;

/// <summary>Replaces <c>${PALIMPSEST_DATA}</c> in text; <c>$${</c> stands for a literal <c>${</c>.</summary>
/// <remarks>No other variable is read: a recipe from a stranger must not be able to copy secrets of the environment into a report.</remarks>
internal static class RecipeVariables
{
    public const string Data = "PALIMPSEST_DATA";

    /// <summary>Expands a text.</summary>
    /// <param name="text">Text as written.</param>
    /// <param name="environment">Gives the value of a variable, or null if it is not set.</param>
    /// <param name="problem">What is wrong, as the end of a sentence that starts with the key; null if all is well.</param>
    public static string Expand(string text, Func<string, string?> environment, out string? problem)
    {
        problem = null;
        StringBuilder result = new(text.Length);
        int at = 0;
        while (at < text.Length)
        {
            if (text.AsSpan(at).StartsWith("$${", StringComparison.Ordinal))
            {
                result.Append("${");
                at += 3;
            }
            else if (text.AsSpan(at).StartsWith("${", StringComparison.Ordinal))
            {
                int end = text.IndexOf('}', at);
                string name = end < 0 ? text[(at + 2)..] : text[(at + 2)..end];
                if (end < 0 || name != Data)
                {
                    problem = $"uses ${{{name}}}, but only ${{{Data}}} is known. Write $${{ if a literal ${{ is meant.";
                    return text;
                }

                string? value = environment(name);
                if (string.IsNullOrWhiteSpace(value))
                {
                    problem = $"needs {Data}: set it to the folder that holds your data sets, for example: export {Data}=$HOME/data";
                    return text;
                }

                result.Append(value);
                at = end + 1;
            }
            else
            {
                result.Append(text[at++]);
            }
        }

        return result.ToString();
    }

    /// <summary>Text that <see cref="Expand"/> turns back into <paramref name="text"/>.</summary>
    public static string Escape(string text) => text.Replace("${", "$${", StringComparison.Ordinal);
}
