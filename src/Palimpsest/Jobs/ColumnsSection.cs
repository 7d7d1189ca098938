using Palimpsest.Common;
using Palimpsest.Data;
using Palimpsest.Data.Preferences;

namespace Palimpsest.Jobs;

/// <summary>Which columns or keys of a file hold its examples, and the words that are put around them.</summary>
public sealed record ColumnsSection : IValidated
{
    /// <summary>Names of the columns of a CSV or TSV file that has no header record.</summary>
    /// <value>The default is none: the first record names the columns.</value>
    public IReadOnlyList<string> Header { get; init; } = [];

    /// <summary>Whether quotes enclose fields in CSV and TSV files; false where they are text like any other.</summary>
    /// <value>The default is true.</value>
    public bool Quotes { get; init; } = true;

    /// <summary>Column of a text that is learnt whole.</summary>
    /// <value>The default is <c>text</c> where there is one.</value>
    public string? Text { get; init; }

    /// <summary>Column of the part that carries no loss.</summary>
    /// <value>The default is <c>prompt</c> where there is one.</value>
    public string? Prompt { get; init; }

    /// <summary>Column of the part that is learnt.</summary>
    /// <value>The default is <c>completion</c> where there is one.</value>
    public string? Completion { get; init; }

    /// <summary>Column of the messages of a chat, of which the assistant's are learnt.</summary>
    /// <value>The default is <c>messages</c> or <c>conversations</c> where there is one.</value>
    public string? Messages { get; init; }

    /// <summary>Column of the tools that may be called in a chat.</summary>
    /// <value>The default is <c>tools</c> where there is one.</value>
    public string? Tools { get; init; }

    /// <summary>Column of an instruction (Alpaca's form).</summary>
    /// <value>The default is <c>instruction</c> where there is one.</value>
    public string? Instruction { get; init; }

    /// <summary>Column of what an instruction is about.</summary>
    /// <value>The default is <c>input</c> or <c>context</c> where there is one.</value>
    public string? Input { get; init; }

    /// <summary>Column of the answer to an instruction.</summary>
    /// <value>The default is <c>output</c> or <c>response</c> where there is one.</value>
    public string? Output { get; init; }

    /// <summary>Column of the better of two answers.</summary>
    /// <value>The default is <c>chosen</c>.</value>
    public string? Chosen { get; init; }

    /// <summary>Column of the worse one.</summary>
    /// <value>The default is <c>rejected</c>.</value>
    public string? Rejected { get; init; }

    /// <summary>Column that says whether an answer is a good one.</summary>
    /// <value>The default is <c>label</c>.</value>
    public string? Label { get; init; }

    /// <summary>Column of the owner's name.</summary>
    /// <value>The default is <c>owner</c> where there is one.</value>
    public string? Owner { get; init; }

    /// <summary>Words around prompt and completion.</summary>
    /// <value>The default is none.</value>
    public ExampleTemplate Words { get; init; } = new();

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (!Words.Prompt.Contains("{prompt}", StringComparison.Ordinal) || !Words.Completion.Contains("{completion}", StringComparison.Ordinal))
        {
            yield return "words must hold {prompt} in its prompt and {completion} in its completion.";
        }
    }

    /// <summary>The examples of a file of any known kind.</summary>
    /// <param name="file">The file.</param>
    /// <param name="skipBad">Whether bad rows are left out.</param>
    /// <param name="answers">What the rows say about answers.</param>
    public IExampleSource Open(string file, bool skipBad, AnswerForm answers = AnswerForm.Plain)
    {
        IExampleSource source = ExampleFile.Open(file, new ExampleFileOptions
        {
            Columns = new ExampleColumns
            {
                Text = Text,
                Prompt = Prompt,
                Completion = Completion,
                Messages = Messages,
                Tools = Tools,
                Instruction = Instruction,
                Input = Input,
                Output = Output,
                Chosen = Chosen,
                Rejected = Rejected,
                Label = Label,
                Owner = Owner,
            },
            Header = Header,
            Quotes = Quotes,
            SkipBad = skipBad,
            Answers = answers,
        });
        return Words.IsIdentity ? source : new TemplatedSource(source, Words);
    }
}
