using Palimpsest.Models;

namespace Palimpsest.Unlearning.Relearning.Exams;

/// <summary>What a model is asked before, in the course of and after an attack. The same items every time.</summary>
public interface IRelearnExam
{
    /// <summary>Whom or what each item is about; items of one subject stand and fall together.</summary>
    IReadOnlyList<string> Subjects { get; }

    /// <summary>The metric that decides which step of a course is the best.</summary>
    string Headline { get; }

    /// <summary>Asks everything.</summary>
    /// <param name="model">The model.</param>
    /// <returns>One figure an item, by the names of <see cref="RelearnMetrics"/>.</returns>
    IReadOnlyDictionary<string, IReadOnlyList<double>> Ask(LanguageModel model);
}
