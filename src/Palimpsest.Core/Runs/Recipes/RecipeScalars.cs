using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Palimpsest.Common;

namespace Palimpsest.Runs.Recipes;

/// <summary>Single values of a recipe: text to value and back, always in the invariant culture.</summary>
internal static class RecipeScalars
{
    private static readonly MethodInfo ParseMethod = typeof(RecipeScalars).GetMethod(nameof(ParseAs), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>Whether values of the type stand in one word or line.</summary>
    public static bool IsScalar(Type type) => type == typeof(string) || type == typeof(bool) || IsWhole(type) || IsReal(type) || type.IsEnum || IsParsable(type);

    /// <summary>Converts a value.</summary>
    /// <param name="type">A scalar type, not <see cref="Nullable{T}"/>.</param>
    /// <param name="scalar">The value as written.</param>
    /// <param name="value">The value as typed.</param>
    /// <param name="expected">What should have stood there ("a whole number"), with the way out where there is one.</param>
    public static bool TryRead(Type type, RecipeScalar scalar, [NotNullWhen(true)] out object? value, out string expected)
    {
        (value, expected) = (null, "");
        string text = scalar.Text;
        if (type == typeof(string))
        {
            value = text;
        }
        else if (type == typeof(bool))
        {
            expected = "true or false";
            value = scalar.Quoted ? null : text switch { "true" or "True" or "TRUE" => true, "false" or "False" or "FALSE" => false, _ => null };
        }
        else if (IsWhole(type))
        {
            expected = Range(type);
            value = scalar.Quoted ? null : Whole(type, text);
        }
        else if (IsReal(type))
        {
            expected = "a number";
            value = scalar.Quoted || Real(text) is not { } real ? null : type == typeof(float) ? Narrow(real) : real;
        }
        else if (type.IsEnum)
        {
            string? name = Array.Find(Enum.GetNames(type), n => Kebab(n) == text);
            value = name is null ? null : Enum.Parse(type, name);
            expected = $"one of {string.Join(", ", Enum.GetNames(type).Select(Kebab))}";
        }
        else
        {
            try
            {
                value = ParseMethod.MakeGenericMethod(type).Invoke(null, [text])!;
            }
            catch (TargetInvocationException error) when (error.InnerException is FormatException or OverflowException)
            {
                expected = error.InnerException.Message.TrimEnd('.');
            }
        }

        return value is not null;
    }

    /// <summary>The value as a recipe writes it, before quoting.</summary>
    public static string Write(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        double number => Number(number, number.ToString("R", CultureInfo.InvariantCulture)),
        float number => Number(number, number.ToString("R", CultureInfo.InvariantCulture)),
        Enum named => Kebab(named.ToString()),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>The way out, as a sentence, for a text that was meant as a number and is not certain to be one; empty for a text that was not.</summary>
    public static string WayOut(Type type, string text)
    {
        bool meant = IsNumber(type) && text.AsSpan().IndexOfAnyInRange('0', '9') >= 0 && !NumberText.TryReal(text, out _);
        return meant ? $" W{NumberText.WayOut(text, IsWhole(type))[1..]}." : "";
    }

    public static bool IsNumber(Type type) => IsWhole(type) || IsReal(type);

    private static string Kebab(string name) => JsonNamingPolicy.KebabCaseLower.ConvertName(name);

    private static bool IsWhole(Type type) => type == typeof(int) || type == typeof(long);

    private static bool IsReal(Type type) => type == typeof(double) || type == typeof(float);

    private static bool IsParsable(Type type) => Array.Exists(type.GetInterfaces(), i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IParsable<>));

    private static string Range(Type type) => type == typeof(int) ? "a whole number up to 2147483647" : "a whole number";

    private static T ParseAs<T>(string text)
        where T : IParsable<T> => T.Parse(text, CultureInfo.InvariantCulture);

    private static object? Whole(Type type, string text) =>
        !NumberText.TryWhole(text, out long value) ? null : type == typeof(long) ? value : value is >= int.MinValue and <= int.MaxValue ? (int)value : null;

    private static double? Real(string text) => text switch
    {
        ".inf" or "+.inf" => double.PositiveInfinity,
        "-.inf" => double.NegativeInfinity,
        _ => NumberText.TryReal(text, out double value) ? value : null,
    };

    // A finite number of the file must not turn into infinity by being stored in 32 bits.
    private static object? Narrow(double value) => float.IsFinite((float)value) || double.IsInfinity(value) ? (float)value : null;

    private static string Number(double number, string text) =>
        double.IsPositiveInfinity(number) ? ".inf" : double.IsNegativeInfinity(number) ? "-.inf" : double.IsNaN(number) ? ".nan" : text.Replace('E', 'e');
}
