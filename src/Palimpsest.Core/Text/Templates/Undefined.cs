namespace Palimpsest.Text.Templates;

/// <summary>The value of what is not there. It prints nothing; using it otherwise is an error.</summary>
/// <param name="message">The error.</param>
internal sealed class Undefined(string message)
{
    public TemplateException Error => new(message);

    public static Undefined Name(string name) => new($"{PythonText.Quote(name)} is undefined");

    public static Undefined Member(object? owner, object? key, TemplateBudget budget)
    {
        string type = owner is null ? "None" : $"{PythonText.TypeName(owner)} object";
        return new Undefined(key is string name ? $"{PythonText.Quote(type)} has no attribute {PythonText.Quote(name)}" : $"{type} has no element {PythonText.Represent(key, budget)}");
    }
}
