using System.Text.Json;

namespace Palimpsest.Text.Templates;

/// <summary>All that a chat template can be given. Numbers in JSON with a point or an exponent are read as floating point, all others as whole numbers.</summary>
public sealed record ChatRequest
{
    /// <summary>The conversation: a list of objects, each with <c>role</c> and mostly <c>content</c>.</summary>
    public required JsonElement Messages { get; init; }

    /// <summary>Ends in what begins the next turn of the assistant.</summary>
    /// <value>The default is true.</value>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Cuts the text off after the content of the last message, so that a model goes on with it. Not together with <see cref="AddGenerationPrompt"/>.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>Descriptions of the tools that may be called, or null.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Documents to answer from, or null.</summary>
    public JsonElement? Documents { get; init; }

    /// <summary>An object of further variables; they win over the special tokens.</summary>
    public JsonElement? Variables { get; init; }

    /// <summary>What the clock of the template shows, or null for the time of the machine. A fixed time makes runs repeatable.</summary>
    public DateTimeOffset? Now { get; init; }
}
