using Palimpsest.Numerics;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.Audit.Subjects;

/// <summary>What a method without weights is tuned to.</summary>
/// <param name="Sets">Questions that are to be refused, and questions that are to be answered.</param>
/// <param name="Form">The form that they are put in.</param>
/// <param name="Random">The method takes children of it.</param>
public sealed record WeightlessTuning(QuestionSets Sets, QuestionForm Form, RandomStream Random);
