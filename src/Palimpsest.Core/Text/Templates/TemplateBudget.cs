using System.Runtime.CompilerServices;

namespace Palimpsest.Text.Templates;

/// <summary>What one rendering may use up, so that no template runs for ever or fills the memory.</summary>
internal sealed class TemplateBudget
{
    /// <summary>Evaluated parts; a long chat with tools takes some ten thousand.</summary>
    public const int MaximumSteps = 2_000_000;

    /// <summary>Characters and items made on the way, all together; also the bound of what a template may print.</summary>
    public const long MaximumSize = 1L << 26;

    private int _steps;
    private long _size;

    /// <summary>Counts one step, and sees that the stack has room for what the step calls.</summary>
    public void Step()
    {
        if (++_steps > MaximumSteps)
        {
            throw new TemplateException($"the template takes more than {MaximumSteps} steps; look for a loop that does not end");
        }

        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateException("the template or its values are nested too deeply; look for a macro that calls itself without end");
        }
    }

    /// <summary>Counts characters or items that are about to be made.</summary>
    public void Charge(long size)
    {
        _size += size;
        if (_size > MaximumSize || size > MaximumSize)
        {
            throw new TemplateException($"the template makes more than {MaximumSize} characters; look for a text that keeps growing");
        }
    }
}
