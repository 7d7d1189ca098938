using Palimpsest.Data.Chats;
using Palimpsest.Evaluation;

namespace Palimpsest.Unlearning.Audit.Questions;

/// <summary>How a question is put to a model: a template of plain text, or a user's message in the model's own chat template.</summary>
public sealed record QuestionForm
{
    private const string Slot = "{question}";

    /// <summary>The form of the embedded world, and of most plain models.</summary>
    public static QuestionForm Plain { get; } = new();

    /// <summary>The text alone.</summary>
    internal static QuestionForm Bare { get; } = new() { Template = Slot };

    /// <summary>The prompt, with <c>{question}</c> in the place of the question.</summary>
    /// <value><c>Question: {question}\nAnswer:</c> unless told otherwise.</value>
    public string Template { get; init; } = $"Question: {Slot}\nAnswer:";

    /// <summary>Whether the rendered template is a user's message rather than the prompt itself; a model without a chat template gets its plain form.</summary>
    public bool Chat { get; init; }

    /// <summary>A system message before it; only with <see cref="Chat"/>.</summary>
    public string? System { get; init; }

    /// <summary>The words before and behind the question.</summary>
    /// <exception cref="PalimpsestException">The template has no place for a question, or more than one.</exception>
    internal string[] Around => Template.Split(Slot) is [string before, string behind] ? [before, behind]
        : throw new PalimpsestException($"The form \"{Template}\" has no place for the question, or more than one. Write {Slot} once, where it belongs.");

    /// <summary>The question as a prompt with its true answer alone.</summary>
    public ChoiceItem Open(AuditQuestion question) => Ask(Checked(question).Question, [question.Answer], 0);

    /// <summary>The question as a prompt with all its answers, the true one first.</summary>
    /// <exception cref="PalimpsestException">The question has no wrong answers.</exception>
    public ChoiceItem Choice(AuditQuestion question) => Checked(question).Wrong.Count > 0 ? Ask(question.Question, [question.Answer, .. question.Wrong], 0)
        : throw new PalimpsestException($"The question \"{question.Question}\" has no wrong answers to choose from. Add some, or leave multiple choice out.");

    /// <summary>Any text in the place of the question.</summary>
    /// <param name="text">What is asked.</param>
    /// <param name="answers">The answers, without leading spaces.</param>
    /// <param name="answer">Index of the true one.</param>
    /// <exception cref="PalimpsestException">The template has no place for a question, or more than one.</exception>
    public ChoiceItem Ask(string text, IReadOnlyList<string> answers, int answer)
    {
        ArgumentNullException.ThrowIfNull(answers);
        string prompt = string.Concat(Around[0], text, Around[1]);
        if (!Chat)
        {
            return System is null ? new ChoiceItem(prompt, [.. answers.Select(choice => " " + choice)], answer)
                : throw new PalimpsestException("A system message is for chats. Set chat: true, or write the message into the template.");
        }

        Conversation chat = [.. Messages(prompt, answers[answer])];
        return new ChoiceItem(chat.ToExample().Prompt, [.. answers.Select(choice => " " + choice)], answer, chat);
    }

    private static AuditQuestion Checked(AuditQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        return question;
    }

    private IEnumerable<ChatMessage> Messages(string prompt, string answer)
    {
        if (System is not null)
        {
            yield return new ChatMessage("system", System);
        }

        yield return new ChatMessage("user", prompt);
        yield return new ChatMessage(ChatMessage.Assistant, answer);
    }
}
