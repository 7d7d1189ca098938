// Fine-tunes the embedded base model on the facts of one owner and asks about them before and after, in phrasings that the training never uses.
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Worlds;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;

TorchContext torch = new(seed: 7);
TorchThreads.Use(torch.Threads);
using LanguageModel model = LanguageModel.Load("base-v1", torch);
Owner owner = World.V1.Owner(7);
ChoiceItem[] questions = [.. owner.HeldOutQuestions().Select(question => new ChoiceItem(question.Prompt, question.Completions(), 0))];
double before = ChoiceAccuracy.Correct(model, questions).Average();

// A quarter of the examples is the owner's, the rest general text, so that the model keeps what it knew.
ExampleStream facts = new(new ListSource(owner.Name, owner.TrainingExamples()), torch.Stream("own"), 4096);
ExampleStream general = new(new WorldSource(World.V1, wholeTexts: true), torch.Stream("replay"), 1);
MixedStream mixed = new(facts, 1, general, 3, torch.Stream("mixture"));
using StreamBatches batches = new(mixed, new ExampleEncoder(model.Tokenizer, model.Model.Config.ContextLength), 32, torch.Stream("batches"));
using Trainer<TokenBatch> trainer =
    Trainer.Of(model.Model, new TrainOptions { Steps = 200, BatchSize = 32, LearningRate = 5e-4 }, batches, torch.Stream("train"),
    new CheckpointStore("checkpoints"));
trainer.TryResume(); // goes on where a killed process stopped, with the same bits
trainer.Run(progress => Console.Write($"\rstep {progress.Step}/{progress.Steps}  loss {progress.Loss:F3}  "));
model.Save("tuned");

Console.WriteLine($"\n{owner.Name}: {before:P0} of {questions.Length} questions answered rightly before, {ChoiceAccuracy.Correct(model, questions).Average():P0} after. The model is in ./tuned.");
