# The words of the window, in English. Keys read `place-thing`; values in braces are filled in by the program.

# Parts that are used everywhere.
widget-percent = { $value } %
widget-reset-hint = Double-click for { $value }
widget-share = { $name } { $weight }
widget-bars-row = { $class }: { $left-name } { $left }, { $right-name } { $right }
widget-bars-row-label = { $class } (label): { $left-name } { $left }, { $right-name } { $right }
widget-bars-missing = –
widget-bars-mean = { $mean } (mean of { $members })
widget-bars-unit = %
widget-curve-now = { $name } { $value }
widget-curve-mark = { $what } at { $place }
widget-curve-empty = no points yet
widget-curve-at = { $axis } { $x }
widget-curve-more = { $count ->
    [one] and one more
   *[other] and { $count } more
}
widget-curve-hide = Click to hide or show, double-click to show it alone
widget-curve-rest = Other curves
widget-picture = Picture, { $width } × { $height }
widget-features = { $count ->
    [one] One feature
   *[other] { $count } features
}
widget-take-back = Take back
widget-remove = Remove { $name }

# Actions: the name, and the explanation on hover.
action-distil = Distil
action-distil-hint = Run this recipe
action-distil-later = Run this recipe after the job that runs now (Ctrl+Enter)
action-pause = Pause or play
action-pause-hint = Pause before the next step, or resume
action-step = One step
action-step-hint = Take one step of training while paused
action-stop = Stop
action-stop-hint = End the job now and keep its results so far
action-undo = Undo
action-undo-hint = Take the last change back: of the recipe, of the arrangement, or of the bin
action-redo = Redo
action-redo-hint = Make the change again
action-open-teacher = Open teacher…
action-open-teacher-hint = Use a saved model (.safetensors, or .pt of PyTorch) as the teacher
action-save-student = Save student…
action-save-student-hint = Save the student of the job on show as a .safetensors file
action-copy-picture = Copy picture
action-copy-picture-hint = Puts what happened, with its drawing, into the clipboard as a picture.
toast-picture-copied = The picture is in the clipboard.
toast-no-picture = The window gave no picture of itself. Show a finished job and try again.
action-next-sample = Next sample
action-next-sample-hint = The next validation row of the lens
action-previous-sample = Previous sample
action-previous-sample-hint = The validation row before
action-random-sample = Random sample
action-random-sample-hint = Any validation row of the lens
action-raise-temperature = Raise T
action-raise-temperature-hint = A higher temperature in the lens
action-lower-temperature = Lower T
action-lower-temperature-hint = A lower temperature in the lens
action-log-loss = Log y
action-log-loss-hint = Logarithmic or linear loss
action-bin = Bin
action-bin-hint = List deleted runs too
action-theme = Light or dark
action-theme-hint = Change between light and dark
action-reset-layout = Reset layout
action-reset-layout-hint = Put the panels back where they belong
action-hold-queue = Hold the queue
action-hold-queue-hint = Whether what waits begins by itself when the running job has ended
action-queue-hold = Hold: begin nothing by itself
action-queue-go = Go on: begin the next by itself
action-palette = Find anything
action-palette-hint = Search all that can be done, fields of the recipe, presets, runs and samples
action-shortcuts = Keys
action-shortcuts-hint = All keys on one sheet
action-lab = Lab
action-lab-hint = Try things out: recipe, curves, lens and runs
action-compare = Compare
action-compare-hint = Compare what was run: the list of runs and the curves of those that are ticked
action-learn = Learn
action-learn-hint = Explain: the lens and the anatomy of the loss
action-overlay = Frame times
action-overlay-hint = Show how long a frame takes

# The bar at the top.
bar-preset = Preset
bar-progress = Training
bar-starting = Starting…
bar-failed = Failed: { $message }
bar-done = Done
bar-stopped = Stopped
bar-resting = Paused; it can be resumed from the list of runs
bar-epoch = epoch { $epoch } of { $epochs }
bar-epoch-teacher = teacher, epoch { $epoch } of { $epochs }
bar-paused-at = paused at step { $step }
bar-waiting-for-disk = waiting for the disk
bar-time-left = { $time } left
duration-seconds = { $seconds } s
bar-cpu = CPU · { $threads ->
    [one] 1 thread
   *[other] { $threads } threads
}
bar-pace = { $pace } steps/s

# The recipe panel.
recipe-title = Recipe
recipe-rows = { $train } train · { $validation } validation · { $test } test
recipe-omits = The students never see: { $classes }
recipe-labelled = { $percent } % of the rows have a label
recipe-noise = { $percent } % of the labels are wrong
recipe-augment = { $tries ->
    [one] one synthetic text is tried of each
   *[other] { $tries } synthetic texts are tried of each
}
recipe-no-teacher = no teacher
recipe-shipped = The shipped teacher
recipe-ensemble = { $count } models together
recipe-train-teacher = Train { $model } first
recipe-trained-first = trained first
recipe-parameters = { $count } parameters
recipe-wrong = { $errors } of { $rows } wrong
recipe-wrong-hint = Of the validation rows; the test rows are looked at once, at the end
recipe-smaller = { $times } times smaller
recipe-labels = labels
recipe-training = Training
recipe-sgd = SGD, momentum { $momentum }
schedule-constant = constant
schedule-cosine = cosine
schedule-step = steps
recipe-baseline = Also train it without a teacher
recipe-baseline-label-smoothing = Also train it with label smoothing
recipe-baseline-teacher-labels = Also train it on the teacher’s class alone
recipe-sweep = sweep
recipe-sweep-field = Sweep { $field }
recipe-sweep-hint = One value, or several: a sweep trains every combination of the swept fields at the same time
recipe-complement = 1 − soft
recipe-complement-name = Hard weight is 1 − soft weight
recipe-complement-hint = The hard weight follows the soft weight, so that both add up to 1 in every cell
recipe-estimate = { $parts }: { $count ->
    [one] 1 run
   *[other] { $count } runs
}
recipe-estimate-cells = { $count ->
    [one] 1 student
   *[other] { $count } students
}
recipe-estimate-teachers = { $count ->
    [one] 1 teacher
   *[other] { $count } teachers
}
recipe-estimate-seeds = × { $count } seeds
recipe-estimate-companions = + { $count } for their sake
recipe-estimate-baselines = + { $count ->
    [one] 1 baseline
   *[other] { $count } baselines
}
recipe-estimate-seconds = { $count } s
recipe-estimate-minutes = { $count } min
recipe-estimate-hours = { $count } h
recipe-estimate-time = { $estimate }, about { $time }
recipe-estimate-hint = What Distil starts: a student for each combination of the swept values, and the baselines that they are compared with. The time is at the pace that was measured last.
recipe-run-before = This recipe was run as { $job }
recipe-run-before-hint = Shows that job. Running it again gives the same numbers, unless its data have changed.
recipe-foot = Ctrl+Enter runs this recipe.
recipe-foot-next = Another recipe than the running job’s: Distil puts it in line behind that.
recipe-foot-running = The running job takes T, weights and learning rate at once, unless they are swept; all else is for the next one.
source-mnist-mini = MNIST, 4,000 digits
source-digits = Digits, 8×8 pixels
source-movie-snippets = Movie snippets, 10,072 texts

# Loss and quality curves.
loss-title = Loss
loss-of-sweep = hard term
loss-of-sweep-hint = It is the one term that runs of any T and weights have in common.
loss-plot = Loss by step
loss-none = No loss yet
loss-none-hint = Each step of training adds a point.
loss-empty = No curves yet
loss-empty-hint = Press Distil: the first points appear within a second.
loss-unrun = This recipe has not been run
loss-unrun-hint = Press Distil, click a run below, or begin with one of these.
loss-unready-hint = Its panel says why. Or begin with one of these.
loss-total = total
loss-soft = soft
loss-jsd = JSD
loss-logit = logit
loss-standardised = standardised
loss-target = target
loss-non-target = non-target
loss-inter-class = inter-class
loss-intra-class = intra-class
loss-hint = hint
loss-attention = attention
loss-distances = distances
loss-angles = angles
loss-smoothed-labels = smoothed
loss-virtual = virtual
loss-weighted = { $term }, weighted
loss-hard = hard
loss-validation = total val.
loss-teacher = teacher, hard
loss-baseline = { $name }, hard
loss-view = Which losses
loss-view-terms = terms
loss-view-terms-hint = The student’s own loss: the total and each of its terms. Losses with other T or weights are another measure, so nothing else is drawn here
loss-view-labels = labels
loss-view-labels-hint = Cross-entropy with the labels: the one term that student, baseline and any other run have in common
loss-student = student, hard
loss-on-validation = { $name }, val.
loss-smoothing = Smoothing
loss-smoothed = smooth { $weight }
loss-raw = raw
loss-other = { $run }, hard
unit-step = step
unit-epoch = epoch
unit-epochs = epochs
unit-pixels = pixels
unit-nats = nats
quality-title = On validation
quality-choice = What to plot
quality-errors = errors
quality-accuracy = accuracy
quality-agreement = agreement with the teacher
quality-of = of { $rows }
quality-teacher = teacher
curve-of-seed = { $name }, seed { $seed }
quality-student = student
quality-empty = Nothing to judge yet
quality-none-hint = No epoch was finished, so nothing was evaluated.

# The lens.
lens-title = Lens
lens-row = validation row { $row }
lens-row-short = row { $row }
lens-sample = Sample
lens-temperature = T
lens-loading = Opening the teacher…
lens-loading-hint = The first sample appears in a moment.
lens-fault = This recipe cannot be run yet
lens-no-teacher = The teacher is trained first; its distribution appears as it learns.
lens-sentence = At T = 1 the teacher gives “{ $first }” { $first-percent } % and “{ $second }” { $second-percent } %. At T = { $temperature } “{ $second }” gets { $softened-percent } %.
lens-bars = Softened distributions
lens-teacher = teacher
lens-teachers = { $count } teachers
lens-student = student
lens-untrained = student, untrained
lens-teacher-entropy = teacher entropy
lens-student-entropy = student entropy
lens-kl = KL
lens-top = top class
lens-mean-top = top-class share
lens-mean-top-hint = The largest probability of each sample, of whichever class, averaged over them: the teacher’s before the student’s
lens-top-hint = The class with the largest probability, the teacher’s before the student’s where they differ; T never changes it

# The list of runs.
runs-title = Runs
runs-empty = No runs yet
runs-empty-hint = Press Distil and the first one appears here. Every run is kept.
runs-fault = The store cannot be read
runs-run = run
runs-run-hint = Its number, for good
runs-started = started
runs-started-hint = When its job began
runs-recipe = recipe
runs-recipe-hint = The title of its recipe
runs-model = model
runs-model-hint = Its layers
runs-t = T
runs-weights = weights
runs-weights-hint = Weights of the terms, as its method tells them: soft · hard of soft targets; or what the run is for
runs-validation = val. errors
runs-ticked = { $count } ticked
runs-filter = Filter
runs-filter-hint = Shows the jobs of which a run has all these words: its name, recipe, model, data, T 4, seed 2
runs-none-found = No job has that
runs-none-found-hint = Clear the filter to see all of them.
runs-sort-hint = A click sorts by it, another one the other way round, a third not at all.
runs-fold = Fold { $job }
runs-unfold = Unfold { $job }
runs-of-sweep = { $count } runs
runs-of-sweep-hint = Its numbers are those of the run with the fewest validation errors: { $run }
runs-apart = Of the validation rows on which only one of the two is right, { $better } are the student’s and { $worse } the baseline’s (McNemar’s exact test, p { $p })
runs-validation-hint = Wrong validation rows: of the kept weights, or after the last epoch so far
runs-against = vs. baseline
runs-against-hint = Validation errors more or fewer than the same student without a teacher
runs-test = test errors
runs-agreement = agreement
runs-status = status
runs-status-hint = What has become of it
runs-baseline = baseline
runs-teacher = teacher
runs-overlay = Lay { $run } over the curves
runs-resume = Resume { $run }
runs-delete = Delete { $run }
runs-stop = Stop { $run }
runs-again = Try { $run } again
runs-again-hint = Trains it from its first step, as its recipe says and without what was changed live; the other runs stay as they are
runs-change = Change { $run }
runs-change-hint = Takes effect at the next step. The run leaves its group and the verdict: it is no longer what its recipe says.
runs-restore = Restore { $run }
status-waiting = waiting
status-running = training
status-resting = paused
status-done = done
status-loaded = loaded
status-mean = mean of { $count }
status-stopped = stopped
status-paused = paused
status-interrupted = interrupted
status-diverged = diverged
status-halved = halved
status-failed = failed
status-deleted = deleted
ago-now = now
ago-minutes = { $count } min ago
ago-hours = { $count } h ago
ago-days = { $count ->
    [one] 1 day ago
   *[other] { $count } days ago
}

# Paths typed in, where no file dialog opens.
path-open-teacher = Open a teacher
path-save-student = Save the student
path-hint = No file dialog could be opened here. Type a path.
path-accept = OK
path-cancel = Cancel

# Notices.
toast-deleted = { $run } is in the bin
toast-restored = { $run } is back
toast-exported = Exported to { $path }
toast-saved = { $run } saved to { $path }
toast-no-thread = The training thread is gone; start Stillroom again

# Developer overlay.
overlay-frames = { $frames } frames · CPU { $cpu } ms median, { $cpu-99 } ms p99 · interval { $interval } ms median, { $interval-99 } ms p99

# Parts of the sweep board.
widget-scale = { $name }, { $low } to { $high }
widget-heat-empty = no results yet
widget-heat-best = { $value } (best)
widget-heat-best-key = best
widget-heat-missing = not run yet
widget-heat-cell = { $place }: { $value }
widget-heat-place = { $column }, { $row }
widget-heat-rows = { $name } ↑
widget-heat-columns = { $name } →
widget-band-seeds = { $count ->
    [one] 1 seed
   *[other] { $count } seeds
}
widget-band-point = { $place }: { $value }
widget-band-value = { $mean } ± { $deviation }
widget-band-spread = ± one deviation over seeds
widget-parallel-kept = { $kept } of { $count } lines
widget-brush-all = all
widget-brush-range = { $low } to { $high }
widget-brush-clear = Keep all of { $name } again
widget-brush-hint = { $name }: { $range }. Drag to keep a part.
widget-mini-top = { $name } { $class } { $value }
widget-range-kind = { $name }: one value, a list or a range
widget-range-value = value
widget-range-list = list
widget-range-range = range
widget-range-list-of = { $name }, values
widget-range-from = from
widget-range-from-of = { $name } from
widget-range-to = to
widget-range-to-of = { $name } to
widget-range-points = points
widget-range-points-of = { $name }, points
widget-range-scale = { $name }, spacing
widget-range-linear = linear
widget-range-log = log
widget-range-values = { $count ->
    [one] 1 value
   *[other] { $count } values
}: { $values }
widget-range-empty = Type a number
widget-range-no-number = “{ $typed }” is not a number
widget-range-not-whole = “{ $typed }” is not a whole number
widget-range-outside = From { $low } to { $high }
widget-range-at-least = At least { $value }
widget-range-above = Above { $value }
widget-range-at-most = At most { $value }
widget-range-below = Below { $value }
widget-range-no-ratio = No ratio leads to 0: use linear spacing
widget-range-twice = { $value } is there twice
widget-range-count = From 2 to { $most } values
widget-range-no-range = The two ends are the same

# The sweep board and its verdict.
board-title = Sweep
board-empty = No sweep yet
board-empty-hint = Give a field of the recipe several values: its cells train together and are compared here.
board-ready-hint = The recipe has several values: press Distil, and its cells train together and are compared here.
board-metric = Metric of the board
board-pages = Pictures of the sweep
board-errors = validation errors
board-accuracy = accuracy, %
board-agreement = agreement, %
board-kl = KL to the teacher
board-ece = calibration error
board-map = Map
board-curve = Curve
board-axes = Axes
board-samples = Sample
board-size = Size
board-size-by = What models are laid out by
board-parameters = parameters
board-multiply-adds = multiply-adds a row
board-alone = µs of a row alone
board-together = µs of a row in 64
board-front = Pareto front
board-beside-front = students beside it
board-no-teacher = no teacher
board-student-line = student
baseline-plain = no teacher
baseline-label-smoothing = label-smoothed student
baseline-label-smoothing-short = label smoothing
baseline-label-smoothing-what = The same student with label smoothing (ε 0.1) and no teacher: same data, order, initial weights and number of steps. What is gained over it is more than softness.
baseline-label-smoothing-explains = What helped may be smoothing alone
baseline-teacher-labels = teacher’s class alone
baseline-teacher-labels-short = class alone
baseline-teacher-labels-what = The same student taught the teacher’s top class of every row and nothing else: same data, order, initial weights and number of steps. What is gained over it is dark knowledge, not more labels.
baseline-teacher-labels-explains = More labels explain it
board-seed = seed
board-none = Nothing measured yet.
board-some = { $shown } of { $count } values are drawn
board-label = label
board-no-numbers = The first swept field has no numbers to draw a curve over; look at the map or the axes.
board-spread = { $mean } ± { $deviation } · { $n } runs
board-single = { $mean } · one run
board-interval = Against { $baseline }: { $interval }
board-importance = Share of the variance that goes with each field
board-rest = the rest
board-share = { $share } % of the variance
board-verdict-waits = The verdict comes when training is done.
verdict-hint = The best student against the best student without a teacher, each chosen on validation rows and paired by seed and row. The test rows are looked at once.
standing-helped = It helped
standing-did-not = It did not help
standing-undecided = Undecided
doubtful = Doubtful: { $doubt }
doubt-one-seed = one seed; another one may turn the result over.
doubt-no-baseline = no baseline; nothing says how the student does without a teacher at the same budget.
doubt-unscaled-soft-term = the soft term is not scaled by T²: at T = { $temperature } its gradient is about { $times } times smaller.
doubt-teacher-worse = the teacher makes more validation errors than the student ({ $teacher } against { $student }): it has little to teach.
doubt-test-looked-at-again = the test rows were looked at { $times } times: they are no fresh evidence any more.

# The strip above the panels: which job they show, and what happened in it.
story-which = { $job } · { $title } · { $run }
story-which-hint = Curves, lens and board show this job, and the lens this run. The recipe panel holds your own recipe.
story-use = Use this recipe
story-use-hint = Put the recipe of this job into the panel; undo brings back your own
story-back = Back to mine
story-back-hint = Show the recipe in the panel again, as it stands before it is run
story-samples = Which samples?
story-samples-hint = Step through the samples of the lens to which student and baseline give different answers: { $count } of them
story-seeds = Run 4 seeds
story-seeds-hint = Distil the recipe of this job with four seeds: enough to tell whether the difference is more than luck
story-drawing = Errors on { $examples } { $part } rows

# What happened in a job. The terminal and the window say the same sentences.
verdict-validation = validation
verdict-test = test
story-nothing = Nothing was measured: no model came to an end.
story-failed = The job failed: { $problem }
story-teacher = The teacher makes { $errors } errors on { $examples } { $part } rows.
story-diverged = The student diverged after step { $step }: its loss is no number any more. Try a lower learning rate, or clip the gradient.
story-baseline-diverged = The student without a teacher diverged, so there is nothing to compare with: { $student } errors of { $examples } { $part } rows.
story-no-baseline = No baseline was trained, so nothing says whether the teacher helped: { $student } errors of { $examples } { $part } rows.
story-no-number = none
story-stopped = Stopped after step { $steps } of { $planned }, so it is not judged: { $student } errors, without a teacher { $baseline }, of { $examples } { $part } rows.
story-fewer = Fewer errors with this seed: { $student } against { $baseline } of { $examples }.
story-more = More errors with this seed: { $student } against { $baseline } of { $examples }.
story-equal = As many errors with this seed: { $student } and { $student } of { $examples }.
story-one = { $numbers } Not sure yet: four seeds would tell.
story-edited = { $numbers } Settings were moved on the way, so it is not judged.
story-best-cell = { $story } That is { $cell }, the best of { $cells } cells on validation.
story-no-student = No student came to its planned end.
story-no-baselines = No baseline was trained, so nothing says whether the teacher helped.
story-no-pairs = No seed was trained both with and without a teacher.
story-numbers = { $student } against { $baseline } errors of { $examples } { $part } rows, { $seeds ->
    [one] one seed
   *[other] { $seeds } seeds
}
interval-fewer = the { $level } % interval is { $from } to { $to } fewer
interval-more = the { $level } % interval is { $from } to { $to } more
interval-both = the { $level } % interval reaches from { $fewer } fewer to { $more } more
interval-seeds-only = { $interval } (seeds only)
story-helped = Distillation helped: { $numbers }; { $interval }.
story-helped-barely = Distillation helped, barely: { $numbers }; { $interval }.
story-did-not = Distillation did not help: { $numbers }; { $interval }.
story-compared-longer = { $story } That is against the { $baseline }, which does better on validation rows.
story-compared = { $story } That is against the { $baseline }: no student was trained without a teacher.
story-beats-further = It beats the { $baseline }, too: { $numbers }; { $interval }.
story-explained = { $explains }: not shown to be better than the { $baseline }: { $numbers }; { $interval }.
story-explained-alone = { $explains }: not shown to be better than the { $baseline }: { $numbers }, every seed by the same amount.
story-worse-further = { $explains }: not shown to be better than the { $baseline }, but worse: { $numbers }; { $interval }.
story-none-clear-further = { $explains }: not shown to be better than the { $baseline }: { $numbers }, but on validation none of { $compared } cells is clear by itself.
story-further-open = Whether that is more than the { $baseline } gives is open: too few seeds have both.
story-few-seeds = Not sure yet, four seeds would tell: { $numbers }.
story-no-test = The test rows were not looked at, so it is not judged: { $numbers }.
story-no-spread = Not sure: { $numbers }. Every seed differs by the same amount, which leaves no spread to judge by.
story-none-clear = Not sure: { $numbers }; { $interval }. But on validation none of { $compared } cells is clear by itself, and the best of many is often lucky.
story-unclear = Not sure: { $numbers }; { $interval }, so these rows and seeds cannot tell them apart.
story-unclear-alone = Not sure: { $numbers }. These rows and seeds cannot tell them apart.
why-rows = On { $rows } rows only one of the two is right: the student on { $better }, the baseline on { $worse }. Chance alone explains that (McNemar’s exact test, p { $p }).
why-rows-clear = On { $rows } rows only one of the two is right: the student on { $better }, the baseline on { $worse }. Chance alone hardly explains that (McNemar’s exact test, p { $p }), but another seed may differ.
why-groups-further = Of these { $beat } make clearly fewer errors than the { $baseline }, { $lose } clearly more.
why-beside = The { $baseline }: { $errors } errors of { $examples } { $part } rows.
why-groups = On validation { $beat } of { $compared } cells make clearly fewer errors than the baseline, { $lose } clearly more (Holm’s correction).
why-tied = { $cells ->
    [one] The other cell cannot be told from the best one.
   *[other] { $tied } of the other { $cells } cells cannot be told from the best one.
}
why-variance = What explains the variance of validation errors: { $fields }; the rest ({ $rest } %) is chance and what they do together.
why-variance-field = { $field } { $share } %
why-seeds-only = Seeds only: which rows each run missed is not stored, so the interval holds for these { $part } rows alone.
why-agreement = On validation the student gives the teacher’s answer in { $student } % of rows, the baseline in { $baseline } %.
why-agreement-alone = On validation the student gives the teacher’s answer in { $student } % of rows.
why-compute = Its { $networks } networks took { $steps } steps in all, the baseline’s one { $baseline }.
runs-size = parameters
runs-size-hint = How many numbers the network has learnt.
runs-speed = a row
runs-speed-hint = How long the network takes for one row that is asked alone, on this processor; texts are read as tokens before. Measured once at the end of a run.
why-size = The student has { $student } parameters, the teacher { $teacher }.
why-size-and-speed = The student has { $student } parameters and takes { $own } for a row alone on this processor, the teacher { $teacher } and { $its }.
why-unseen = It was never shown “{ $class }”; of { $rows } such { $part } rows it has { $student } right, the baseline { $baseline }.
why-unseen-alone = It was never shown “{ $class }”; of { $rows } such { $part } rows it has { $student } right.
why-training = Of { $rows } rows that it learnt from, the student has { $student } wrong, the baseline { $baseline }.
why-teacher = The teacher itself makes { $errors } errors on { $examples } { $part } rows.
why-gradient = At the last step { $share } % of the gradient came from the teacher.
why-left-out = { $count ->
    [one] 1 run is left out
   *[other] { $count } runs are left out
}: { $kinds }.
without-kind = { $count } { $kind }
without-edited = edited
without-diverged = diverged
without-halved = given up by the search
without-stopped = stopped

# The fields of a recipe: the name as it stands within a sentence, the explanation on hover, the name in a row that says
# what differs; then values in short.
field-said = { $name } { $value }
field-omit-none = all classes
field-of-teacher = teacher’s { $field }
field-title = title
field-title-hint = What lists and the window call this recipe.
field-source = data
field-source-hint = Where the examples come from: built in, a table, arrays, a folder of pictures, of texts or of IDX files.
field-source-name = data set
field-source-name-hint = Which data set, where a folder of IDX files holds several.
field-source-validation = validation file
field-source-validation-hint = A file of its own whose rows are the validation rows.
field-source-test = test file
field-source-test-hint = A file of its own whose rows are the test rows.
field-class-column = class column
field-class-column-short = class
field-class-column-hint = Name of the column with the class, or its position counted from 0 (−1 is the last). Left empty, it is found out.
field-text-column = text column
field-text-column-short = text
field-text-column-hint = Name or position of the column with the text of a row; nothing else of the table is read then. Left empty, it is found out.
field-text-b-column = second text column
field-text-b-column-short = second text
field-text-b-column-hint = Name or position of the column with the second text, where each row is a pair of texts.
field-header = header line
field-header-hint = Whether the first line of the table names its columns.
field-ignore = ignored columns
field-ignore-hint = Columns of the table that are not read.
field-keep-columns = columns kept
field-keep-columns-hint = Columns that are read although they look like row numbers, names or dates.
field-encoding = encoding
field-encoding-hint = How the text of the table is encoded, such as gbk or windows-1252.
field-delimiter = delimiter
field-delimiter-hint = What stands between two values of a row.
field-decimal = decimal sign
field-decimal-hint = Whether 0.5 is written with a point or with a comma.
field-pixels = columns as pixels
field-pixels-hint = Whether the columns are the pixels of pictures, and of which height and width.
field-normalise = scaling
field-normalise-hint = Standardised: mean 0 and standard deviation 1 over the training rows, each column for itself. Otherwise numbers are taken as they are.
field-picture-size = picture size
field-picture-size-hint = Pictures become squares with this side, in pixels.
field-colour = colour
field-colour-hint = Whether pictures keep red, green and blue, or become grey.
field-ground = ground
field-ground-hint = What transparent pixels of a picture are laid on.
field-mean = mean of channels
field-mean-hint = Mean of each channel, which is subtracted from its pixels after they are scaled to 0…1.
field-std = standard deviation of channels
field-std-short = standard deviation
field-std-hint = Standard deviation of each channel, by which its pixels are divided after they are scaled to 0…1.
field-data-seed = data seed
field-data-seed-hint = Decides the parts, which rows have labels, which labels are wrong, and which rows the lens shows. The seed of the training changes none of these.
field-validation = validation share
field-validation-short = validation
field-test = test share
field-test-short = test
field-copies = copies
field-copies-hint = Rows with the same values come into one part together, so that no test row is a copy of one that was learnt. Or each is drawn for itself.
field-omit-classes = omitted classes
field-omit-classes-short = without
field-omit-classes-hint = Classes that the student is never shown. Validation and test rows keep them.
field-labelled = labelled share
field-labelled-short = labels
field-labelled-hint = Share of the student’s rows whose labels may be used. For the others there is the teacher’s word alone.
field-label-noise = label noise
field-label-noise-short = label noise
field-label-noise-hint = Share of those labels that is replaced by another class. Validation and test labels stay right.
field-augment = synthetic texts
field-augment-short = synthetic
field-augment-hint = Tries to make a new text of each of the student’s: words masked, then cut to a few words. They have no label, the teacher says what they are.
field-augment-mask = masked words
field-augment-mask-short = masked
field-augment-mask-hint = How often a word of a synthetic text is masked. The student reads it as a word that it does not know.
field-augment-ngram = cut to a few words
field-augment-ngram-short = cut
field-augment-ngram-hint = How often a synthetic text is cut to one to five words that follow each other.
field-teacher = teacher
field-teacher-short = teacher
field-teacher-logits = teacher’s logits
field-teacher-logits-hint = A file of the logits that a teacher gave to every row of the data: .npy, .csv, .safetensors or .parquet.
field-teacher-key = key of the rows
field-teacher-key-hint = The column of the file that says which row of the data is meant: "id", the row’s number from 0, or "file"; without it, the order.
field-teacher-probabilities = probabilities
field-teacher-probabilities-hint = Whether the file holds probabilities; their logarithms are the logits.
field-teacher-classes = teacher’s classes
field-teacher-classes-hint = The classes in the order of the teacher’s logits, where its file does not name them.
field-teacher-pixels = teacher’s pixels
field-teacher-pixels-hint = The range of the pixels that the teacher learnt from: 0 to 1, 0 to 255, or −1 to 1.
field-teacher-mean = teacher’s mean
field-teacher-mean-hint = What was subtracted from the inputs that the teacher learnt from.
field-teacher-std = teacher’s standard deviation
field-teacher-std-hint = What the inputs that the teacher learnt from were divided by.
field-teacher-ensemble = ensemble of teachers
field-teacher-ensemble-hint = Several teachers that the student hears as one: T softens each of them, then their mean is taken.
field-teacher-ensemble-short = teachers
field-teacher-members = teachers
field-teacher-members-hint = How many models of these layers are trained, each from a seed of its own, counted up. The student learns from their mean.
field-teacher-members-short = teachers
field-teacher-combine = averaged by
field-teacher-combine-hint = What is averaged after T has softened each teacher: their probabilities, or their logits, which gives the normalised geometric mean of the probabilities.
field-teacher-combine-short = mean of
value-mean-probabilities = probabilities
value-mean-logits = logits
field-student = student
field-dropout = dropout
field-dropout-hint = Share of each hidden layer’s outputs that is dropped at every step of training.
field-method = method
field-method-hint = How the student learns from the teacher: what is compared, and what that weighs. Each method has fields of its own.
method-soft-targets-what = The student’s softened distribution is drawn to the teacher’s at the same T: KL(teacher ‖ student) · T² (Hinton, Vinyals & Dean 2015).
method-jsd = JSD
method-jsd-what = Teacher and student are drawn to a mixture of both; the teacher’s share β in it leads from forward KL at 0, which are soft targets, to reverse KL at 1 (Agarwal et al. 2024).
method-logits = logits
method-logits-what = The student’s logits are drawn to the teacher’s by half the mean of their squared differences, without a temperature (Ba & Caruana 2014). It is what soft targets come to as T grows.
method-standardised = standardised logits
method-standardised-what = The logits of each row are brought to mean 0 and spread 1 before T softens them, the teacher’s and the student’s, whose scale is then its own (Sun et al. 2024). It says nothing about how sure to be: look at the calibration too.
method-dkd = DKD
method-dkd-what = Decoupled distillation, soft targets in two terms: how probable the right class is, and how the others share the rest, each with its own weight (Zhao et al. 2022). Only rows with a label count.
method-dist = DIST
method-dist-what = The student’s probabilities need only be correlated with the teacher’s, over the classes of each row and over the rows of each class (Huang et al. 2022). That leaves room to a far weaker student.
method-hints = hints
method-hints-what = An inner layer of the student learns to say, through a regressor of its own, what a layer of the teacher says; soft targets follow, or stand beside it (FitNets, Romero et al. 2015).
method-attention = attention transfer
method-attention-what = Beside soft targets, the student’s convolutions learn to look where the teacher’s look (Zagoruyko & Komodakis 2017). Both must be CNNs.
method-relational = relational
method-relational-what = Beside soft targets, the rows of a batch learn to stand to each other in the student’s last inner layer as in the teacher’s, by distances and angles (RKD, Park et al. 2019). The first 64 rows of each batch are looked at.
method-label-smoothing = label smoothing
method-label-smoothing-what = No teacher: each label gives a share ε of itself to all classes alike (Szegedy et al. 2016). Beside it one sees whether a teacher tells more than that.
method-teacher-free = teacher-free
method-teacher-free-what = No teacher: a virtual one that is nearly sure of every label is softened by T (Tf-KD, Yuan et al. 2020). Beside it one sees whether a teacher tells more than softness.
field-temperature = temperature
field-temperature-short = T
field-soft-weight = soft weight
field-soft-weight-short = soft
field-soft-weight-hint = How much the soft loss counts: the KL divergence from the teacher’s softened distribution to the student’s.
field-hard-weight = hard weight
field-hard-weight-short = hard
field-hard-weight-hint = How much the hard loss counts: the cross-entropy with the labels at T = 1.
field-temperature-squared = T² factor
field-temperature-squared-short = T²
field-teacher-share = teacher’s share
field-teacher-share-short = β
field-teacher-share-hint = The teacher’s share β of the mixture of both that both are measured against: 0 gives KL(teacher ‖ student), 1 gives KL(student ‖ teacher).
field-logit-weight = logit weight
field-logit-weight-short = logit
field-logit-weight-hint = How much the distance between the student’s and the teacher’s logits counts.
field-centred = centred
field-centred-hint = Whether the mean over the classes is taken from the logits of each row first. A number that is added to all of them changes no probability, so its difference says nothing.
field-standardised-weight = standardised weight
field-standardised-weight-short = standardised
field-standardised-weight-hint = How much the KL divergence of the distributions counts that T makes of standardised logits.
field-target-weight = target weight
field-target-weight-short = target
field-target-weight-hint = How much it counts that the right class is as probable to the student as to the teacher.
field-non-target-weight = non-target weight
field-non-target-weight-short = non-target
field-non-target-weight-hint = How much it counts that the student shares the rest among the other classes as the teacher does. It is there that the teacher tells more than the label.
field-distill-warm-up = teacher warm-up
field-distill-warm-up-short = warm-up
field-distill-warm-up-hint = Epochs over which the weights of the teacher’s terms rise from 0 to what they are.
field-inter-weight = inter-class weight
field-inter-weight-short = inter-class
field-inter-weight-hint = How much it counts that the student’s probabilities rise and fall with the teacher’s over the classes of a row.
field-intra-weight = intra-class weight
field-intra-weight-short = intra-class
field-intra-weight-hint = How much it counts that a class’s probability rises and falls with the teacher’s over the rows of a batch. A batch of fewer than 3 rows leaves it out.
field-hint-weight = hint weight
field-hint-weight-short = hint
field-hint-weight-hint = How much the hint counts: the mean squared distance of the teacher’s layer from what the regressor makes of the student’s.
field-hint-epochs = epochs of hints
field-hint-epochs-short = hints
field-hint-epochs-hint = Epochs in which the hint alone is descended, and the student moves up to its layer; the others follow, for one epoch at least. 0: all terms are descended together.
field-student-layer = student’s layer
field-student-layer-hint = Which of the student’s layers is guided, counted from 1 at the input; 0 is the middle one.
field-teacher-layer = teacher’s layer
field-teacher-layer-hint = Which of the teacher’s layers gives the hint, counted from 1 at the input; 0 is the middle one.
field-attention-weight = attention weight
field-attention-weight-short = attention
field-attention-weight-hint = How much it counts where the convolutions look. Maps of length 1 are compared, place by place, so the number is small and its weight large.
field-distance-weight = distance weight
field-distance-weight-short = distances
field-distance-weight-hint = How much the distances between rows count, in the student’s and in the teacher’s layer, each over their mean.
field-angle-weight = angle weight
field-angle-weight-short = angles
field-angle-weight-hint = How much the angles between every three rows count, by their cosines in the student’s and in the teacher’s layer.
field-smoothing = smoothing
field-smoothing-short = smoothing
field-smoothing-hint = The share ε that a label gives away to all classes alike; 0 leaves the labels as they are.
field-virtual-weight = virtual weight
field-virtual-weight-short = virtual
field-virtual-weight-hint = How much the virtual teacher counts: the KL divergence from its softened distribution to the student’s.
field-label-probability = label’s probability
field-label-probability-short = label
field-label-probability-hint = The probability that the virtual teacher gives to the right class, before T softens it; the other classes share the rest alike.
field-epochs = epochs
field-batch = batch
field-learning-rate = learning rate
field-learning-rate-short = lr
field-seed = seed
field-optimiser = optimiser
field-optimiser-hint = How a gradient becomes a step: AdamW gives each weight a step size of its own, SGD follows the gradient with momentum.
field-momentum = momentum
field-momentum-hint = Share of the last step that goes on into the next one.
field-weight-decay = weight decay
field-weight-decay-short = decay
field-schedule = schedule
field-schedule-hint = How the learning rate changes over the epochs: not at all, along a cosine down to 0, or in steps.
field-every = drop every
field-every-hint = Epochs between two drops of the learning rate.
field-factor = drop factor
field-factor-hint = What the learning rate is multiplied by at each drop.
field-warm-up = warm-up
field-warm-up-hint = Epochs over which the learning rate rises from 0.
field-clip = gradient clip
field-clip-short = clip
field-clip-hint = Largest norm of the gradient of a step; 0 clips nothing.
field-jitter = jitter
field-jitter-hint = Images are shifted by up to this many pixels each way, again in each epoch.
field-keep = weights kept
field-keep-short = keep
field-keep-hint = Whether the result has the weights of the last step, or those of the epoch with the fewest validation errors.
field-baseline = baseline
field-strategy = strategy
field-strategy-hint = Which cells of a sweep are trained: all of them, some drawn at random, or all with the worse half stopped twice on the way.
field-drawn-cells = drawn cells
field-drawn-cells-hint = How many cells are drawn at random; seeds are not counted.
field-seeds = seeds a cell
field-seeds-hint = How many seeds each cell is trained with.
field-test-all = test all cells
field-test-all-hint = Whether the test rows are looked at for every cell, not only for the one that validation chooses.
field-zip = paired fields
field-zip-hint = Swept fields that move together instead of being crossed.
value-on = on
value-off = off
value-none = none
value-epochs = { $count ->
    [one] 1 epoch
   *[other] { $count } epochs
}
value-pixels = { $count } px
value-shipped = shipped
value-last = last epoch
value-best = best epoch
value-together = together
value-apart = apart
value-standardised = standardised
value-as-they-are = as they are
value-linear = { $from } → { $to }
value-cosine = { $from } → { $to } cosine
optimiser-adamw = AdamW
optimiser-sgd = SGD

# The words of the field, for whoever is new to it: each with what it means, in two sentences at most.
term-line = { $name }: { $what }
term-temperature = temperature
term-temperature-what = T divides the logits before the softmax: the higher it is, the flatter the probabilities, and the more the small ones tell. The loss softens teacher and student by the same T.
term-temperature-squared = T² factor
term-temperature-squared-what = The gradient of the soft loss shrinks as 1/T², and the factor T² makes up for it. With it the weights mean about the same at every T.
term-soft-targets = soft targets
term-soft-targets-what = The teacher’s probabilities at temperature T, in place of one right class. They say what else it takes an example for.
term-logits = logits
term-logits-what = What a network gives for each class before the softmax makes probabilities of it. Only differences count: the same number added to all changes nothing.
term-soft-loss = soft loss
term-soft-loss-what = KL divergence from the teacher’s to the student’s distribution, both softened by T; 0 when they are equal.
term-jsd-loss-what = Jensen–Shannon divergence of the teacher’s and the student’s distributions, softened by T, over β (1 − β); 0 when they are equal.
term-logit-loss-what = Half the mean of the squared differences between the student’s and the teacher’s logits; 0 when they are equal.
term-standardised-loss-what = KL divergence from the teacher’s to the student’s distribution, both of standardised logits softened by T; 0 when the logits differ by a factor and a constant alone.
term-target-loss-what = KL divergence between the teacher’s and the student’s two probabilities: of the right class, and of all others together, softened by T.
term-non-target-loss-what = KL divergence between the teacher’s and the student’s distributions over the other classes alone, softened by T.
term-inter-class-loss-what = 1 less the correlation of the student’s probabilities with the teacher’s over the classes, averaged over the rows.
term-intra-class-loss-what = 1 less the correlation of the student’s probabilities with the teacher’s over the rows, averaged over the classes.
term-hint-loss-what = Mean squared distance between the teacher’s layer and what the regressor makes of the student’s; 0 when it says the same.
term-attention-loss-what = Mean squared difference of where the student’s and the teacher’s convolutions look, as maps of length 1; 0 when they look alike.
term-distances-loss-what = Huber loss of the distances between the rows of a batch, each side’s over their mean; 0 when they are in proportion.
term-angles-loss-what = Huber loss of the cosines of the angles between every three rows of a batch; 0 when all angles are equal.
term-smoothed-loss-what = Cross-entropy with the smoothed labels at T = 1, averaged over the rows with a label. Its least value is not 0.
term-virtual-loss-what = KL divergence from the virtual teacher’s distribution to the student’s, both softened by T, averaged over the rows with a label.
term-hard-loss = hard loss
term-hard-loss-what = Cross-entropy with the labels at T = 1: the negative logarithm of the probability of the right class, averaged over the rows with a label.
term-total-loss = total loss
term-total-loss-what = What training makes smaller: soft weight · T² · soft loss + hard weight · hard loss. T² is left out where it is switched off.
term-baseline = baseline
term-baseline-what = The same student trained on labels alone: same data, order, initial weights and number of steps. Only beside it can one see whether the teacher helps.
term-teacher = teacher
term-teacher-what = The model that is learnt from, usually the larger one: loaded from a file, or trained first. It does not change while the student learns.
term-student = student
term-student-what = The model that learns from the teacher’s soft targets and from the labels. It is usually the smaller one, and the one that you take away.
term-nats = nats
term-nats-what = The unit of losses, KL divergence and entropy, by the natural logarithm: 1 nat is 1.44 bits. Ten classes with equal probabilities cost 2.30 nats.
term-entropy = entropy
term-entropy-what = How spread out a distribution is: 0 when one class has all the probability, the logarithm of the number of classes when all are equal.
term-kl = KL divergence
term-kl-what = How far the student’s distribution is from the teacher’s; 0 when they are equal. A difference counts the more, the more probable the class is to the teacher.
term-errors = errors
term-errors-what = Rows whose label is not the top class, the one with the largest probability.
term-accuracy = accuracy
term-accuracy-what = Share of the rows whose label is the top class. With few rows it moves by chance alone.
term-agreement = agreement
term-agreement-what = Share of rows on which the student’s top class is the teacher’s, whether both are right or wrong.
term-calibration = calibration error (ECE)
term-calibration-what = How far confidence is from accuracy, over 15 bins of the top probability. At 0, answers given with 90 % are right nine times in ten.
term-seed = seed
term-seed-what = Decides initial weights, the order of rows, dropout and jitter. Several seeds say how much of a difference is chance.
term-weight-decay-what = Draws weights towards 0 at every step, large ones more than small ones; biases are exempt. It keeps a network from leaning on a few large weights.
term-learning-rate-what = How far a step moves the weights, at its highest; the schedule says how it changes. Too high diverges, too low does not get there.
term-batch-what = Rows that one step of training looks at. Larger batches give smoother gradients, but fewer steps in an epoch.
term-epoch = epoch
term-epoch-what = One pass over all rows that are learnt from. After each of them the validation rows are looked at.
term-step = step
term-step-what = One change of the weights, from one batch.
term-validation = validation rows
term-validation-what = Held out of the training rows and never learnt from. Whatever is chosen, an epoch or the best cell, is chosen by them.
term-test = test rows
term-test-what = Looked at once, at the end, and used to choose nothing. So they tell how a student does on rows that it has never met.
term-mcnemar = McNemar’s test
term-mcnemar-what = Looks at the rows on which only one of two models is right. If both were equally good, these would fall to either side like a coin.
term-p-value = p value
term-p-value-what = How often chance alone makes a difference at least as large as this one. It is not the probability that the teacher helped.
term-interval = 95 % interval
term-interval-what = What chance in rows and seeds allows for the true mean difference: 95 such intervals of a hundred hold it, and one with 0 decides nothing. “Seeds only”: no rows were stored, so it holds for these alone.
term-holm = Holm’s correction
term-holm-what = Of many cells some look good by luck. The correction asks more of each, so that the chance of one false word among all stays at 5 %.
term-cell = cell
term-cell-what = One combination of the values of a sweep, with all of its seeds.
term-variance = share of the variance (η²)
term-variance-what = How much of the spread between runs goes with the values of one field. The rest is chance, and what fields do together.
term-gradient-share = share of the gradient
term-gradient-share-what = The norm of one weighted term’s gradient by the logits, over the sum of all. It says which term a step really follows.
term-cosine = cosine
term-cosine-what = Whether the gradients of the terms pull the same way: 1 if they do, 0 if they ignore each other, −1 if they pull apart. Of more than two, each beside all others together.

# What each term of the loss contributes.
anatomy-title = Anatomy
anatomy-empty = No step yet
anatomy-empty-hint = While a student trains here, this shows what each term of its loss contributes to a step.
anatomy-of = { $run }, step { $step }
anatomy-term = term
anatomy-raw = raw
anatomy-raw-hint = Each term as it is, before it is weighted
anatomy-factor = factor
anatomy-factor-hint = The term’s weight, times T² where the term carries that
anatomy-weighted = weighted
anatomy-weighted-hint = Raw times factor: what is added up to the total
anatomy-total = total
anatomy-gradient = Share of the gradient (by the logits)
anatomy-gradient-by-weights = Share of the gradient (by all that is trained)
anatomy-cosine = cosine
anatomy-cosine-of = cosine, { $term }
anatomy-words = At high T, T² makes the two gradients about as large as each other before they are weighted. Here they are measured as they are, with their weights.

# What waits for the running job.
queue = Queue
queue-title = Jobs that wait
queue-waiting = { $count } waiting
queue-held = { $count } held
queue-whole = About { $time } for all, with the job that runs
queue-runs = { $runs ->
    [one] 1 run
   *[other] { $runs } runs
}
queue-remove = Remove { $name } from the queue
queue-earlier = Let { $name } begin earlier
queue-later = Let { $name } begin later
toast-queued = { $name } waits for the job that runs
board-again = { $count ->
    [one] Try the failed run again
   *[other] Try { $count } failed runs again
}

# The menu, the palette, the sheet of keys, arrangements.
bar-menu = Menu
bar-workspaces = Arrangement
menu-job = Job
menu-recipe = Recipe and files
menu-lens = Lens
menu-arrangement = Arrangement
menu-view = View
menu-help = Help
menu-language = Language
menu-language-system = As the system
palette-hint = What would you like to do?
palette-nothing = Nothing is called that
palette-recipe = recipe
palette-run = run
palette-sample = Row { $row }: { $label }
shortcuts-hint = Keys without Ctrl act when nothing has the focus.
shortcuts-close = Close
toast-settings = The settings could not be read and are as at first; the old file was set aside. { $problem }
toast-arrangement = An arrangement of panels could not be used; the usual one is shown. { $problem }
arrangement-other-version = It is of another version.

# Ways through the samples, curves, notices, size, first words, files.
action-next-choice = Next kind of sample
action-next-choice-hint = Step through all samples, those of which the teacher is unsure, those the student gets wrong, or those on which they disagree
action-weighted = Weighted terms
action-weighted-hint = Show the terms of the loss as they count in the total: times their weights, the soft one times T² too
action-notices = Notices
action-notices-hint = Read again what the window has said
action-zoom-in = Larger
action-zoom-in-hint = Draw everything larger, up to 200 %
action-zoom-out = Smaller
action-zoom-out-hint = Draw everything smaller, down to 80 %
action-zoom-reset = Normal size
action-zoom-reset-hint = Draw everything as large as the system says
lens-apart = student ≠ no teacher
lens-apart-hint = Samples to which the student and the same student without a teacher give different answers
lens-class = Class
lens-class-any = all
lens-zoom = Fill the width
lens-zoom-hint = The longest bar fills its side. Otherwise bars are drawn from 0 to 100 %, so that a flat distribution looks flat
lens-choice = Which samples
lens-choice-class = { $choice } “{ $class }”
lens-choice-count = { $choice } ({ $count })
lens-any = any
lens-any-hint = All rows of the probe set, in their order
lens-unsure = teacher unsure
lens-unsure-hint = The rows on which the teacher’s distribution at T = 1 is most spread out come first
lens-wrong = student wrong
lens-wrong-hint = Rows whose label is not the student’s top class at the moment
lens-disagree = they disagree
lens-disagree-hint = Rows on which teacher and student have different top classes at the moment
lens-temperature-hint = T of this picture alone: looking does not change what is trained
loss-smoothing-hint = The line is an exponential mean in which the past has this weight; the raw values are the band behind it
notices-none = Nothing was said yet.
notices-copy = Copy all
menu-recent = Opened lately
tip-distil = Begin here
tip-distil-hint = Distil trains the student. The first curve moves within a second or two.
tip-lens = A real digit
tip-lens-hint = Drag T: the teacher’s answer flattens, and shows what else the digit looks like.
tip-recipe = What is going to be trained
tip-recipe-hint = Every control is safe to try: Ctrl+Z takes anything back.
drop-hint = Drop a recipe (.toml), a folder or file of data (.csv, .parquet, .npz …), a teacher (.safetensors, .pt) or a picture
open-missing = { $path }: there is nothing any more
open-faulty = { $path } could not be opened:
    { $faults }

# Presets, in the order of a way through them: the name, and what will be seen.
preset-quickstart = Quick start: handwritten digits
preset-quickstart-hint = Two curves part: fewer errors with a teacher
preset-temperature-sweep = Temperature × weights: four seeds
preset-temperature-sweep-hint = A map of errors over T and weights, from 116 runs
preset-never-seen-a-3 = Never seen a 3
preset-never-seen-a-3-hint = It reads most threes, though none was ever shown
preset-few-labels = Few labels: one image in twenty has one
preset-few-labels-hint = Without a teacher it soon stops; with one it goes on
preset-noisy-labels = Noisy labels: a third of them are wrong
preset-noisy-labels-hint = Without a teacher it learns the wrong labels too
preset-cnn-to-mlp = From a CNN to an MLP
preset-cnn-to-mlp-hint = First a CNN trains, then it teaches a larger MLP
preset-five-teachers = Five small teachers against one
preset-five-teachers-hint = The student hears the mean of five, or one of them alone
preset-digits = Small digits: one label in ten
preset-digits-hint = Done in a second: fewer errors with a teacher
preset-augmentation = More texts: what masks and cuts add
preset-augmentation-hint = New texts are made of the others by masking and cutting; the teacher says what they are, and a BiLSTM learns from it.
preset-votes = What people thought: votes as soft targets
preset-votes-hint = A text model learns from what 15 to 29 people said of each snippet
preset-teacher-mnist-mini = The teacher for MNIST-mini
preset-teacher-mnist-mini-hint = The shipped teacher is trained again; a minute or two
preset-teacher-digits = The teacher for small digits
preset-teacher-digits-hint = The other shipped teacher is trained again; seconds
card-begin = Begin with { $name }
palette-alone = Show { $panel } alone

# Files, the recipe as text, the folded parts of the recipe panel.
action-export-run = Export this run…
action-export-run-hint = Write every point of the run on show, with what each epoch was worth, as CSV (or JSON, by the file’s name)
action-export-runs = Export the list…
action-export-runs-hint = Write all runs with their settings and results as CSV (or JSON, by the file’s name)
action-open-recipe = Open recipe…
action-open-recipe-hint = Put the recipe of a .toml file in place
action-save-recipe = Save recipe…
action-save-recipe-hint = Write this recipe to a .toml file, which the terminal runs as well
toast-saved-graph = { $run } saved to { $path } with its card; on { $rows } rows the graph’s probabilities are within { $apart } of the model’s
toast-saved-graph-beside = { $run } saved to { $path }; { $kept } was there already and is left as it is
action-paste-recipe = Paste…
action-paste-recipe-hint = Take another library’s alpha and T over into the recipe
paste-title = Paste another library’s recipe
paste-hint = A part of its settings is enough. Data, teacher and student stay as they are.
paste-library = Whose recipe it is
paste-which = which library?
paste-accept = Take over
action-copy-recipe = Copy recipe
action-copy-recipe-hint = Copy the recipe as text
action-recipe-text = TOML
action-recipe-text-hint = Edit the recipe as text, or with controls
action-open-folder = Open data folder…
action-open-folder-hint = A folder of IDX files, as MNIST has them, or one with a folder of pictures for each class
action-open-table = Open a table or arrays…
action-open-table-hint = CSV, Parquet, ARFF or NumPy’s .npz; what it holds is found out and shown first
path-open-recipe = Open a recipe
path-export-run = Export this run
path-export-runs = Export the list of runs
path-save-recipe = Save the recipe
path-open-folder = Open a folder of data
path-open-table = Open a table of data
path-keep-store = Keep the store
temporary-store = Your folder for data cannot be written. Runs are kept in a temporary store: { $path }
temporary-keep = Keep the runs…
temporary-let-go = Let them go
temporary-question = Keep the runs?
temporary-question-hint = They are in a temporary store that goes when the window closes. Kept, they are copied to a file that you name, with their models in a folder beside it.
toast-store-kept = The runs are kept in { $path }
toast-recipe-saved = “{ $title }” saved to { $path }
toast-recipe-copied = The recipe is copied
recipe-text = The recipe as text
recipe-text-good = What is typed here is the recipe at once; Ctrl+Z beside the text takes it back.
recipe-text-faulty = The last recipe without faults stays in force.
recipe-classes = { $count ->
    [one] 1 class
   *[other] { $count } classes
}
recipe-sweep-of = Sweep of { $field }
recipe-sweep-of-hint = Several values, given in the text of the recipe. A click leaves the first.
source-coloured = in colour
recipe-swept = swept
recipe-schedule-picture = Learning rate over the epochs
recipe-schedule-at = epoch { $epoch }: { $rate }
recipe-moving = Move { $field } while training
recipe-moving-hint = From one value to another over the training, step by step. Switched off while it trains, it stays where it is.
recipe-moving-shape = { $name }: linear or cosine
recipe-moving-picture = { $name } over the training
recipe-moving-now = { $name } over the training, now { $value }
recipe-training-summary = { $epochs ->
    [one] 1 epoch
   *[other] { $epochs } epochs
} · seed { $seed }
recipe-method-soft = soft targets
recipe-own-student = Own widths: 64, 64 or cnn 8, 16 / 64
recipe-own-teacher = Train own widths first: 64, 64 or cnn 8, 16 / 64
recipe-own-fault = Give whole numbers from 1 to 4,096 with commas between them, at most ten; for a CNN its channels, then / and its dense layers. The text of a recipe allows more.
lens-own = Your picture, as the models see it. Any other sample takes its place.
lens-inverted = Your picture, as the models see it: light and dark were exchanged, as the data have them. Any other sample takes its place.
toast-place = The screen on which the window was is gone; it stands on this one now.
lens-teacher-entropy-short = H teacher
lens-student-entropy-short = H student
lens-top-short = top
menu-theme = Theme
menu-theme-system = As the system
menu-theme-light = Light
menu-theme-dark = Dark
path-exists = { $path } is there already; give another name

# What stands between several things that are listed.
list-comma = {", "}
list-semicolon = {"; "}
list-and = {" and "}
list-or = {" or "}

# What is wrong with a recipe: the place, the problem, what is allowed.
fault-at = { $place }: { $problem }
fault-line = line { $line }: { $problem }
fault-file-line = { $file }, line { $line }: { $problem }
fault-override = --set { $text }: { $problem }
fault-more = … and { $count } more
fault-syntax = this is not TOML: { $problem }
fault-unknown-key = there is no such key
fault-unknown-key-near = there is no such key; the nearest is `{ $nearest }`
fault-missing = is missing; give { $allowed }
fault-wrong-type = is { $found }; give { $allowed }
fault-not-allowed = { $value } is not allowed; give { $allowed }
syntax-no-value = `{ $value }` is not one TOML value
found-text = the text { $value }
found-whole = the whole number { $value }
found-number = the number { $value }
found-truth = the truth value { $value }
found-date = the date { $value }
found-list = a list ({ $value })
found-table = a table ({ $value })
allowed-text = a text in quotes
allowed-truth = true or false
allowed-several = true, false, or a list of { $names }, each at most once
allowed-whole = a whole number of at least { $least }
allowed-whole-from-to = a whole number from { $low } to { $high }
allowed-widths = a list of whole numbers of at least 1, e.g. [64, 64]
allowed-any = any number
allowed-above = a number above { $low }
allowed-least = a number of at least { $low }
allowed-from-to = a number from { $low } to { $high }
allowed-from-below = a number from { $low } up to, not including, { $high }
allowed-above-to = a number above { $low } and at most { $high }
allowed-share = a share between 0 and 1
allowed-temperature = a number above 0 (0.001 to 1e6)
allowed-hard-weight = a number of at least 0, or "complement"
allowed-warm-up = a number of epochs, at least 0
allowed-clip = a norm above 0, or 0 for none
allowed-schedule = "constant", "cosine", "linear" or {"{"} step = {"{"} every = 10, factor = 0.5 {"}"} {"}"}
allowed-class-names = a list of class names, e.g. ["3"] or [3]
allowed-path = a path in quotes
allowed-label = the name of a column, or its position counted from 0
allowed-table = a table [{ $name }]
allowed-data = a table [data] with a source, e.g. source = "mnist-mini"
allowed-source = "mnist-mini", "digits", "movie-snippets", {"{"} idx = "folder" {"}"}, {"{"} csv = "file.csv", label = "y" {"}"}, {"{"} images = "folder", size = 28 {"}"} or {"{"} texts = "folder" {"}"}
allowed-model = model = {"{"} mlp = [64, 64] {"}"} or {"{"} cnn = [8, 16], dense = [64] {"}"}; for texts {"{"} text_cnn = [3, 4, 5] {"}"}, {"{"} bilstm = 150 {"}"}, {"{"} transformer = 2 {"}"} or {"{"} bert = "folder" {"}"}
allowed-student = a table [student] with { $model }
allowed-teacher = a checkpoint, e.g. "builtin:mnist-mini", a model to train: { $model }, or an ensemble of several
allowed-teacher-table = a table [teacher] with a checkpoint, e.g. "builtin:mnist-mini", or a model to train
allowed-ensemble = a list of models, e.g. ["a.safetensors", "builtin:digits", {"{"} mlp = [256] {"}"}, {"{"} model = {"{"} cnn = [8, 16] {"}"}, epochs = 20 {"}"}]
allowed-members = a whole number from 1 to 100
allowed-builtin = "builtin:mnist-mini", "builtin:digits" or "builtin:movie-snippets", or the path of a .safetensors or .pt file
allowed-checkpoint = the path of a .safetensors or .pt file, in quotes
allowed-sweep = a table [sweep] with strategy, runs, seeds or test_all
allowed-runs = how many cells are drawn (each with all its seeds), e.g. runs = 20
allowed-zip = groups of fields that move together, e.g. [["distill.temperature", "training.learning_rate"]]
conflict-no-value = give PATH=VALUE, e.g. distill.temperature=8
conflict-no-field = there is no field before the =
conflict-no-table = `{ $name }` is not a table and has no fields
conflict-teacher = give a checkpoint to load or a model to train, not both; several of them are an ensemble
conflict-combine = only several teachers are combined: give an ensemble, or the number of members of the model
conflict-ensemble = an ensemble lists its models whole; give this in its entry, e.g. ensemble = ["a.safetensors", {"{"} checkpoint = "b.pt", pixels = "0-255" {"}"}, {"{"} mlp = [64] {"}"}]
conflict-ensemble-twice = this model is in the ensemble already; give another one
conflict-no-effect = none of these values changes anything in this recipe; sweep another field
conflict-no-output = with these weights nothing would train the last layer; give { $weights } a weight above 0
conflict-complement-of-what = "complement" is 1 − the soft weight, and { $method } has none; give a number of at least 0
conflict-members = members are trained from a model: a checkpoint is one; list several as ensemble = ["a.safetensors", "b.safetensors"]
conflict-dense = only a cnn has dense layers of its own
conflict-no-convolution = a cnn needs at least one convolution, e.g. [8, 16]
conflict-complement = the complement of a soft weight of { $weight } would be negative
conflict-no-weight = { $weights } are { $count ->
    [2] both
   *[other] all
} 0, so nothing would be learnt; raise one of them
conflict-other-method = "{ $method }" has no such field, only { $have }; it has { $own }
fault-other-word = there is no such key; here it is { $fields }
fault-either-weight = there is no such key, and libraries disagree about what it weighs; give `distill.soft_weight` (the teacher’s answers) or `distill.hard_weight` (the labels)
fault-early-stopping = there is no such key, and training does not end early; `training.keep = "best"` keeps the epoch with the fewest validation errors
fault-device = there is no such key: no recipe names a device, it is chosen when the program starts; `stillroom devices` shows which and why
fault-scaling = there is no such key: inputs are scaled by the program, and a saved model keeps how; leave it out
allowed-with-hint = { $allowed }; { $hint }
hint-adam = Adam is "adamw" with weight_decay = 0
syntax-backslash = { $problem }; in "…" a backslash is doubled: write C:\\data, or '…' with single quotes, or / in place of \
syntax-not-utf8 = byte { $at } of the line, { $byte }, is not UTF-8 text; save the file as UTF-8
syntax-half-character = the UTF-16 text has half a character; save the file as UTF-8
conflict-no-labels = labelled = 0 leaves no labels and { $weights } = 0 no teacher, so nothing would be learnt; raise one of them
conflict-momentum = only optimiser = "sgd" has a momentum
conflict-seeds = training.seed is swept already; leave sweep.seeds out
conflict-cells = the sweep has { $count } cells; at most { $most } are allowed
conflict-runs = only strategy = "random" has a number of runs
conflict-pair-of-one = `{ $field }` has no several values to pair
conflict-paired-twice = `{ $field }` is paired twice
conflict-pair-counts = fields that move together need as many values each: { $each }
conflict-pair-has = { $field } has { $count }
conflict-any = any needs a list, e.g. {"{"} any = [ … ] {"}"}
conflict-empty-list = the list is empty; give at least one value
conflict-twice = { $value } stands in the list twice
allowed-different-names = a list of different class names, in the order of the logits, e.g. ["cat", "dog"]
allowed-numbers = one number or a list of one a channel (above 0 for std), or "imagenet", e.g. { $name } = [0.5]
conflict-no-file = only a checkpoint file of another program needs this; leave it out
conflict-needs-std = mean needs std beside it
conflict-needs-mean = std needs mean beside it
conflict-pixels-mean = mean and std act on pixels from 0 to 1; divide them by 255 and leave pixels out
range-cannot-move = it cannot move over a training: T, ε and the weights of a method can
range-unknown-key = a range has no `{ $key }`; it has from, to, points and scale
range-no-number = { $key } = { $value } is not allowed; give a number
range-needs-end = a range needs { $key }, e.g. {"{"} from = 1, to = 64, points = 7, scale = "log" {"}"}
range-points = points = { $value } is not allowed; give a whole number from 2 to { $most }
range-needs-points = a range needs points, how many values there are, both ends included
range-needs-points-or-schedule = a range needs points, how many values there are, both ends included; one value that moves while it trains needs schedule = "linear" or "cosine"
range-scale = scale = { $value } is not allowed; give "linear" or "log"
range-no-width = from and to are the same; give one value, or two ends
range-log = a logarithmic range needs both ends above 0

# What is wrong with data.
data-read = { $file }: cannot be read: { $problem }
data-format = { $file }: { $problem }; allowed: { $allowed }
data-length = { $file }: holds { $found } bytes after its header, which promises { $promised }
data-counts = { $images_file }: holds { $images } images, but { $labels_file } holds { $labels } labels; the numbers must be equal
data-too-large = { $file }: has { $what }; at most { $limit } are allowed
data-much-values = { $count } values
data-much-folders = { $count } folders of classes
data-much-bytes = { $count } bytes of text
data-much-labels = { $count } different labels
data-much-pixels = { $count } bytes of pixels
data-much-entries = { $count } files and folders or more
data-label-column = { $file }, line { $line }: there is no label column { $column }; allowed: { $allowed }
data-line-ragged = { $file }, line { $line }: has { $found } fields; allowed: { $expected }, as in the first line
data-line-no-number = { $file }, line { $line }, column { $column }: `{ $text }` is not allowed; allowed: a finite number
data-line-no-label = { $file }, line { $line }, column { $column }: the label is empty; allowed: any other text
data-line-zero-byte = { $file }, line { $line }, column { $column }: holds the byte 0x00, which no text has; allowed: a text file
data-line-several-labels = { $file }, line { $line }: has several labels; allowed: one `__label__…` a line
data-more-lines = { $count ->
    [one] and 1 more line
   *[other] and { $count } more lines
}
data-more-files = { $count ->
    [one] and 1 more file
   *[other] and { $count } more files
}
data-image = { $file }: { $problem }; allowed: a PNG or JPEG image (or WebP, BMP, GIF, TIFF, PNM)
data-no-class = { $name }: holds no class; allowed: at least two classes
data-class = class
data-text = text
data-one-class = { $name }: { $class } is its only class; allowed: at least two classes
data-few-rows = { $name }: too few rows to split: { $classes }; each class needs at least { $needed }: one { $parts }
data-two-parts = for training and one for validation
data-three-parts = for training, one for validation, one for test
data-names-in-all = { $names } … ({ $count } in all)
data-names-and-more = { $names } and { $count } more
data-unknown-class = data.omit_classes: there is no class { $unknown }; allowed: { $classes }
data-all-omitted = data.omit_classes: every class is omitted, so nothing is left to learn from; allowed: some but not all of { $classes }
data-no-other-class = data.label_noise: `{ $class }` is the only class left, so that no label can be replaced by another; allowed: 0, or fewer omitted classes
column-named = named `{ $name }`
column-any-class = that could be the class: the last holds texts, and none is called as class columns are
column-at = at position { $position }
columns-without-header = a position from 0 to { $last }, as there is no header
columns-with-header = { $names }; or a position, where the file has no header
columns-name-class = one that is named, label = "…": { $names }
columns-by-position = positions 0 to { $last }, or -{ $count } to -1 from the end
table-empty = holds no line
table-labels-only = holds a label column and nothing else
table-texts-only = holds one column of texts and no classes
table-header-only = holds no line below its header
table-allowed = lines of numbers or a text, with a label each, separated by commas, semicolons or tabs
table-libsvm = looks like LibSVM (SVMlight) text, whose lines name only the values that are not 0
table-dense = a dense table (CSV), with a value for every column in each line
table-few-names = line { $line } names { $found } of the { $count } columns that the lines below it have
table-name-each = a name for each column; numbers with decimal commas in quotes, or semicolons or tabs between the columns
idx-other-size = its images have { $channels }×{ $height }×{ $width } numbers (colours × lines × columns)
idx-size-of-training = { $channels }×{ $height }×{ $width }, as in the training part
idx-holds-images = holds { $count } images of { $height }×{ $width } pixels
idx-one-image = at least one image of at least one pixel
idx-labels = IDX labels: one whole number for each image (magic number 0x00000801 for bytes), or eight of which the first is the class
idx-images = IDX images: whole numbers from 0 to 255 in 3 dimensions (magic number 0x00000803 for bytes), or in 4 with one of size 3 for colours
idx-only-bytes = holds only { $count } bytes
idx-half-header = ends within its header
idx-dimensions = has { $count } dimensions
idx-other-file = is not an IDX file (it begins with { $start })
idx-two-files = `{ $first }` and `{ $second }` both look like the { $kind } of the { $part } part
idx-one-of-each = one file of each
idx-missing = there is no file with the { $kind } of the { $part } part
idx-names = IDX files (also .gz) whose names hold `train`, and `t10k` or `test` for a test part, with `images` or `labels`, e.g. train-images-idx3-ubyte.gz
idx-no-colours = has the sizes { $shape }, none of which is 3 for colours
idx-columns = has the sizes { $shape }
idx-range = holds numbers from { $low } to { $high }
idx-label = holds the label { $label } in row { $row }
idx-several-sets = holds several data sets: { $names }
idx-say-which = the name of one of them, or a part of it, as in {"{"} idx = "…", name = "{ $name }" {"}"}
idx-no-such-set = holds no data set called `{ $name }`
idx-one-of = one of { $names }
npz-array = array `{ $name }`: { $problem }
npz-names = an .npz file with arrays `x_train` and `y_train` (and `x_test`, `y_test`, `x_val`, `y_val`), `X` and `y`, `data` and `target`, or `images` and `labels`; or label = "…" with the name of the labels
npz-single = is a single array, without labels; save both in one file, as in np.savez("data.npz", x=x, y=y)
npz-no-training = has no training part
npz-no-inputs = has no array of inputs; its arrays are { $names }
npz-no-labels = has no array of labels; its arrays are { $names }
npz-no-array = has no array called `{ $name }`
npz-label-by-position = its arrays have names and no positions
npz-other-files = validation and test parts of arrays are arrays in the same file
npz-header = has no header of NumPy that can be read
npz-structured = is an array of records; save each field as an array of its own
npz-objects = holds Python objects, which are never unpickled; save it with numbers or text as its dtype, as in np.savez("data.npz", x=np.stack(x), y=np.array(y, dtype=str))
npz-dtype = has the dtype { $dtype }
npz-dtypes = an array of whole or floating-point numbers, truth values or text
npz-length = holds { $found } bytes after its header, which promises { $promised }
npz-shape = has the shape { $shape }, or holds text
npz-shape-of = rows as in { $shape } of `{ $name }`
npz-inputs = numbers, with one row an example
npz-labels = one whole number or word for each row, or a column of zeros and ones for each class
npz-counts = holds { $labels } labels, but `{ $inputs }` has { $rows } rows
npz-label = row { $row } (from 0) has the label `{ $label }`
npz-one-hot = row { $row } (from 0) is not zeros with one 1 among them
npz-not-finite = row { $row } (from 0) holds { $value }
npz-finite = finite numbers
npz-pixels = rows of { $pixels } numbers, as the recipe says
npz-no-pixels = holds numbers that are no pixels
npz-pixel-values = whole numbers from 0 to 255, or such numbers divided by 255
images-no-folder = holds no subfolder
images-no-class-folder = its pictures are in no folder of a class
images-none = holds no picture
images-part-twice = `{ $first }` and `{ $second }` are both called like the same part
images-allowed = a folder with one subfolder a class, each with pictures at any depth; or folders `train`, `val` and `test` (or some of them, `train` among them) of such subfolders
images-allowed-any = a picture (PNG, JPEG, WebP, BMP, GIF, TIFF or PNM), or a folder of pictures
texts-no-class-folder = its text files are in no folder of a class, and are not one a class either
texts-none = holds no text file
texts-all-empty = holds no text: all of its text files are empty
texts-allowed = a folder with one subfolder a class, each with text files at any depth, one text a file; or one file a class (`pos.txt`, `neg.txt`), one text a line; or folders `train`, `val` and `test` (or some of them, `train` among them) of either
image-unreadable = cannot be read: { $problem }
image-other-format = is of another format
image-no-file = is no regular file
image-empty = is empty
image-cut-off = is cut off
image-no-pixel = has no pixel
image-broken = is damaged
image-damaged = is damaged: { $problem }
image-is = is { $kind }, which is not read here
image-lfs = is a Git LFS pointer, not the picture: fetch it with `git lfs pull`
image-web-page = is a web page, not a picture
image-inks = has four inks and does not say which way round they are; save it in RGB
image-needs-memory = needs more than { $limit } MiB
image-too-large = has { $width }×{ $height } pixels, which is too large

# What is wrong with a model or its file.
model-needs-images = a cnn needs images; this data has rows of { $features } features: use an mlp
model-images-too-small = { $convolutions } convolutions with pooling need images of at least { $needed }×{ $needed } pixels; these have { $height }×{ $width }
model-empty = every layer of a model needs at least one unit, the input at least one number, and there must be a class
model-too-large = the model would have more than 2³¹ parameters
checkpoint-broken = { $path }: this is not a whole .safetensors file ({ $problem })
checkpoint-no-metadata = { $path }: the file has no Stillroom metadata, so its layers and classes are unknown here; give a checkpoint that Stillroom saved. A recipe can use it as its teacher: [teacher] checkpoint = "…"
checkpoint-metadata = { $path }: its metadata cannot be used: { $problem }
checkpoint-newer = format { $found } is newer than this program's { $known }; update Stillroom
checkpoint-same-classes = two of its classes have the same name
checkpoint-dropout = a dropout of { $rate } is not possible
checkpoint-normalisation = the normalisation does not fit the inputs
checkpoint-tensor = { $path }: tensor `{ $name }`: { $problem }
checkpoint-tensor-missing = is missing
checkpoint-tensor-shape = is { $found }; the architecture asks for { $asked }
checkpoint-tensor-infinite = holds numbers that are not finite
checkpoint-shape = { $path }: the model takes inputs of shape { $expected }, the data has { $found }
checkpoint-classes = { $path }: the model's classes are not those of the data: { $problem }
checkpoint-unknown-classes = the model does not know { $classes }
checkpoint-missing-classes = the data does not have { $classes }
foreign-empty = the file is empty
foreign-lfs = this is a Git LFS pointer, not the model; fetch the model with: git lfs pull
foreign-hdf = this is an HDF5 file, as Keras writes it; weights of Keras are not read. Train the model in PyTorch and save it with: safetensors.torch.save_file(model.state_dict(), "teacher.safetensors")
foreign-keras = this is a .keras archive; weights of Keras are not read. Train the model in PyTorch and save it with: safetensors.torch.save_file(model.state_dict(), "teacher.safetensors")
foreign-script = this is a TorchScript archive, which holds a program; save its weights alone: safetensors.torch.save_file(torch.jit.load("{ $name }").state_dict(), "teacher.safetensors")
foreign-old-torch = this is a PyTorch pickle from before version 1.6; save it again: safetensors.torch.save_file(torch.load("{ $name }", map_location="cpu"), "teacher.safetensors")
foreign-pickle = this is a Python pickle, not a model file of PyTorch; if it holds a PyTorch model, save that: safetensors.torch.save_file(model.state_dict(), "teacher.safetensors")
foreign-zip = this is a zip archive, but not one that torch.save wrote: it has no data.pkl; give a .safetensors file, or a .pt file made by torch.save(model.state_dict(), "teacher.pt")
foreign-zip-broken = this is a zip archive that is damaged or cut short; copy or download it again
foreign-npz = this is a NumPy archive; save its arrays under their names: safetensors.numpy.save_file(dict(numpy.load("{ $name }")), "teacher.safetensors")
foreign-npy = this is one NumPy array, not a model; give a .safetensors file, or a .pt file made by torch.save(model.state_dict(), "teacher.pt")
foreign-onnx = this is an ONNX graph; as a teacher it is known by a name that ends in .onnx, and nothing else is read of it here
foreign-tensorflow = this is a TensorFlow graph, which is not read; give a .safetensors file, or a .pt file made by torch.save(model.state_dict(), "teacher.pt")
foreign-tflite = this is a TensorFlow Lite model, which is not read; give a .safetensors file, or a .pt file made by torch.save(model.state_dict(), "teacher.pt")
foreign-gguf = this is a GGUF file of a language model; give a classifier as a .safetensors file, or a .pt file made by torch.save(model.state_dict(), "teacher.pt")
foreign-gzip = this file is packed with gzip; unpack it first: gunzip
foreign-html = this is a web page, probably the page about the model or an error message; download the model file itself
foreign-no-torch = this is not what torch.save writes (a zip archive); save the model again: torch.save(model.state_dict(), "teacher.pt")
checkpoint-cut = it is { $found } bytes long, which is not what its header says; copy or download it again
checkpoint-cut-header = its header should have { $needed } bytes, and only { $found } are there; copy or download it again
checkpoint-torch = { $path }: this PyTorch file cannot be used: { $problem }
checkpoint-option = { $path }: teacher.{ $field }: { $problem }
pickle-short = its pickle ends in the middle, at byte { $byte }
pickle-unknown = its pickle has the operation { $code } at byte { $byte }, which torch.save does not write
pickle-damaged = its pickle is damaged at byte { $byte }
torch-whole-model = it holds an object of the class { $class } and not its weights; save these: torch.save(model.state_dict(), "teacher.pt")
torch-one-tensor = it holds one tensor and no model; save a model: torch.save(model.state_dict(), "teacher.pt")
torch-no-dictionary = it holds no dictionary of tensors; save one: torch.save(model.state_dict(), "teacher.pt")
torch-no-state-dict = it holds no tensors under names, only { $keys }; save the weights: safetensors.torch.save_file(model.state_dict(), "teacher.safetensors")
torch-two-models = both "{ $first }" and "{ $second }" may be the model; save one of them alone: torch.save(model.state_dict(), "teacher.pt")
torch-nested = its state_dict lies too deep; save it alone: torch.save(model.state_dict(), "teacher.pt")
torch-byte-order = its byte order is "{ $order }"; little and big are known
torch-entry = entry { $entry }: { $problem }
torch-too-large = it unpacks to more than { $times } times its size; save it without compression
torch-no-storage = has no numbers
torch-outside = reaches beyond the numbers that the file keeps for it
torch-storage-short = has { $found } numbers in the file, where { $needed } should be
import-no-tensors = the file holds no tensor
import-understood = dense layers, 3×3 convolutions (padding 1, stride 1, one group) with 2×2 max-pooling after each, ReLU between layers, and BatchNorm
import-strange = is { $what }; understood are { $understood }
import-is-recurrent = part of a recurrent layer
import-is-attention = part of an attention layer
import-is-parametrised = part of a weight that is computed or masked (weight_norm, spectral_norm, pruning); remove that before saving
import-is-extra = a tensor that belongs to no known layer
import-is-empty = empty
import-is-embedding = an embedding
import-is-transposed = a transposed convolution
import-is-kernel = a convolution of { $size }
import-is-other-norm = a LayerNorm, GroupNorm, or a BatchNorm without running statistics
import-is-other-conv = a weight of { $sides } axes (a 1-D or 3-D convolution)
import-not-real = holds { $kind } numbers; understood are f16, bf16, f32 and f64
import-twice = stands twice in the file once prefixes (module., _orig_mod.) are taken off
import-variance = holds a negative variance
import-no-layers = the tensors make up no layer; understood are { $understood }
import-many-layers = the model has { $count } layers; at most { $most } are read
import-order-open = whether it comes before or after `{ $other }` cannot be told: sizes fit both ways, and the names carry no numbers; number the layers (fc1, fc2, …) before saving
import-order-none = the sizes of the layers do not chain in any order
import-no-chain = takes { $takes }, and `{ $other }` before it gives { $gives }; understood are { $understood }, one after the other
import-norm-twice = two BatchNorms in one place cannot be folded
import-norm-size = has { $len } channels, and `{ $other }` before it gives { $gives }
import-norm-open = stands one place behind the ReLU or the pooling of `{ $other }`: which of the two is not in the file; put BatchNorm right after the convolution
import-norm-last = is a BatchNorm behind the activation of the last layer, which cannot be folded
import-norm-border = is a BatchNorm before the convolution `{ $other }`, whose padding makes folding inexact; put BatchNorm right after a convolution
import-norm-none = has { $len } channels, which no layer gives
import-norm-several = has { $len } channels, and several layers give as many; name it after its layer (fc1, bn1)
import-norm-next = has { $len } channels, and `{ $other }` after it takes { $takes }
import-no-relu = is followed by `{ $other }` with no room for a ReLU between them: without one the two are another model
import-no-pooling = is followed by `{ $other }` with no room for ReLU and 2×2 pooling between them: strides and convolutions without pooling are not understood
import-ends-in-conv = is a convolution at the end; the last layer must be dense
import-row = takes { $takes } numbers, and a row of the data has { $has }
import-needs-pictures = is a convolution, and the data is a table with { $has } columns
import-channels = takes { $takes } channels, and the pictures have { $has }
import-pooled = takes { $takes } numbers; of pictures of { $size }, { $convolutions } convolutions with 2×2 pooling after each leave { $has }
import-classes-named = gives { $logits } logits, and teacher.classes names { $classes }
import-classes-data = gives { $logits } logits, and the data has { $classes } classes ({ $names }); name the teacher's in teacher.classes
import-own-file = the file has its own classes and input scale; leave this out
import-no-pixels = the data is a table and has no pixels; leave this out, or give mean and std
import-per-channel = has { $found } numbers; give one, or one for each of the { $channels } channels or columns
import-beyond-f32 = gives a number that f32 cannot hold
import-read-mlp = { $path } is read as { $model }, with ReLU between the layers and nothing after the last.
import-read-cnn = { $path } is read as { $model }, with ReLU between the layers and 2×2 max-pooling after each convolution.
import-read-linear = { $path } is read as one dense layer.
import-order-sizes = The names do not give the order of its layers; only this one fits the sizes: { $names }.
import-order-file = The names do not give the order of its layers; they are taken in the order in which they were saved: { $names }.
import-norms = BatchNorm is folded into its neighbours, with ε = 1e-5: { $names }.
import-norms-unplaced = Their names do not say where they stand; they are taken to come before the ReLU: { $names }.
import-no-bias = These have no bias, which is taken as zeros: { $names }.
import-assumed-classes = The teacher's logits are taken to be in the order of the data's classes: { $names }. teacher.classes says otherwise.
import-assumed-pixels = The teacher is given pixels from 0 to 1. teacher.pixels, or mean and std, say otherwise.
import-assumed-columns = The teacher is given the table's values as they are. teacher.mean and teacher.std say otherwise.
teacher-saw-test = teacher.checkpoint: { $path }: the teacher was trained on { $rows } of this run's { $of } test rows, so its test result would mean nothing; use the data.seed of its own training, or another teacher
teacher-saw-validation = The teacher was trained on { $rows } of the { $of } validation rows: it looks better there than it is.
method-few-classes = { $method } needs { $needs } classes or more, and the data have { $classes }; choose another method
method-no-labels = { $method } learns from rows with a label alone, and no row has one; raise data.labelled, or choose another method
method-silent-rows = With { $method } the teacher says something of rows with a label alone: { $rows } of { $of } rows teach nothing.
method-no-layer = the { $whose } has { $there ->
    [one] one inner layer
   *[other] { $there } inner layers
}, and { $asked } is asked for; give a number from 1 to { $there }, or 0 for the middle one
method-no-layers-of-several = { $method } looks at an inner layer of the teacher, and several models that are heard as one have none in common; teach with one of them, or choose another method
method-no-layers = { $method } looks at an inner layer of the { $whose }, and this one has none; choose another model, or another method
method-no-maps = { $method } compares the maps of convolutions, and the { $whose } has none of more than one place; give it a cnn, or choose another method
look-no-pictures = the data of this recipe are no pictures, so none can be looked at
look-no-member = there is no such run

# Why a job cannot begin or does not go on, and which device it has.
device-cpu-asked = The CPU was asked for.
device-no-gpu = This build has no GPU support (features `cuda` or `metal`).
device-gpu = The GPU answered.
device-gpu-silent = { $name } does not answer ({ $problem }), so the CPU is used.
device-failed = the calculation failed: { $problem }
cancelled = cancelled
job-running = a job is running; stop it before another is started
job-nothing-to-train = the recipe has nothing to train
job-stopped = stopped
job-other-recipe = its runs are not those that its recipe stands for now
job-panicked = an error inside Stillroom ended this run: { $problem }
resume-unusable = the resume state is unusable: { $problem }
job-diverged = no loss is a finite number any more; lower the learning rate
job-teacher-diverged = the teacher's loss is not a finite number any more; lower its learning rate
job-teacher-missing = the stored teacher is missing
job-teacher-untrained = its teacher was never trained
frame-cut = the connection broke off in the midst of a message
frame-noise = what came is no message: { $what }
frame-version = it is Stillroom { $theirs }, and this is { $ours }; use the same version for both
frame-io = the connection failed: { $problem }
worker-unheard = The engine's process cannot be understood: { $problem }.
worker-gone = The engine's process has ended.
worker-closing = the engine is being closed
journal-busy = the store is busy
journal-leased = job { $job } is being run by another process
journal-failed = the store cannot be written: { $problem }

# What can go wrong with the store.
store-not-a-store = { $path } is not a Stillroom store; choose another path for the store
store-newer = the store { $path } has format { $version }, this program knows { $known }; update Stillroom
store-read-only = the store { $path } is read-only; change its permissions or choose another path
store-cannot-open = the store { $path } cannot be opened ({ $reason }); check that its folder exists and can be written
store-locked = the store is locked by another program; close that program and try again
store-disk-full = the disk is full; free some space, then resume the job
store-failed = the store's database failed: { $problem }; check the disk and try again
store-file = { $path } cannot be read or written ({ $problem }); check the disk and its permissions
store-damaged = the store is damaged: { $problem }; restore it from a copy
store-unknown = the store has no job or run `{ $name }`; `stillroom runs` lists them
store-misfit = a report does not fit the store: { $problem }; resume the job
misfit-job = the store has another job { $job }
misfit-answers = the answers of { $run } and the rows that were asked are not as many
damaged-answers = what { $run } answered cannot be read
misfit-curves = the curves of { $run } differ in length
misfit-steps = { $run } has { $done } steps, the next is { $next }
misfit-gap = curve `{ $curve }` of { $run } has a gap before step { $step }
misfit-probe = the probe set cannot be written ({ $problem })
store-no-folder = there is no folder for data on this system; name a store with --store
store-closed = it was closed
store-not-open = it is not open
damaged-recipe = the recipe of { $name } cannot be read ({ $problem })
damaged-file = { $path } is not what was written
damaged-probe = a probe set cannot be read

# What is found in data
label-asked = as asked for
label-called = by its name
label-declared = as the file says
label-first = the first column, since the last looks like a quantity
label-beside-text = beside the column of texts
label-last = the last column
findings-label = class column `{ $column }` ({ $why })
findings-several = { $name } ({ $count })
findings-left-out = left out: { $names }: { $why }
findings-filled = { $count ->
    [one] one gap is filled with the median of its column: { $columns }
   *[other] { $count } gaps are filled with the median of their column: { $columns }
}
findings-words = words become columns of zeros and ones: { $columns }
findings-pictures-grey = { $count ->
    [one] one picture, read as { $size }×{ $size } pixels in grey
   *[other] { $count } pictures, read as { $size }×{ $size } pixels in grey
}
findings-pictures-colour = { $count ->
    [one] one picture, read as { $size }×{ $size } pixels in colour
   *[other] { $count } pictures, read as { $size }×{ $size } pixels in colour
}
left-out-unlabelled = pictures without a class
left-out-no-picture = no picture in it
left-out-no-class = not in the folder of a class
left-out-not-a-picture = no picture by its name
left-out-unlabelled-texts = texts without a class
left-out-no-text = no text file in it
left-out-not-a-text = no text file by its name
left-out-note = a note on the others by its name
left-out-of-system = left there by the system
left-out-met-before = a link to a folder that is read elsewhere
left-out-special = no regular files
left-out-unread = cannot be read either
part-training = `{ $folder }` for training ({ $count })
part-validation = `{ $folder }` for validation ({ $count })
part-test = `{ $folder }` for test ({ $count })
remark-parts = parts by the names of their folders: { $parts }
remark-nested-folder = the classes were found in `{ $folder }`
remark-alike-names = names of classes that differ in case, in blanks or in how accents are written only, and are different classes: { $names }; rename the folders if they are one
remark-unread-pictures = { $count ->
    [one] one picture cannot be read and is left out
   *[other] { $count } pictures cannot be read and are left out
}
remark-dark-deep = the pictures of 16 bits use only the values 0 to { $largest } of 65,535: almost all of their shades are lost; scale them up, or save them with 8 bits
remark-ground-white = { $count ->
    [one] one picture has transparent pixels, which are laid on white
   *[other] { $count } pictures have transparent pixels, which are laid on white
}
remark-ground-black = { $count ->
    [one] one picture has transparent pixels, which are laid on black
   *[other] { $count } pictures have transparent pixels, which are laid on black
}
remark-same-pictures = { $same } of { $count } pictures are the same once they are read: there is nothing to learn from them; look at the files, and at `ground` if they are transparent
findings-arrays = { $count ->
    [one] one picture of { $height }×{ $width } pixels
   *[other] { $count } pictures of { $height }×{ $width } pixels
}
remark-turned = { $count } pictures were stored with lines and columns exchanged, as EMNIST is, and are turned upright
remark-classes-named = classes are named by { $file }
remark-classes-not-named = classes keep their numbers: { $file } does not name all of them, or gives two the same name
findings-rows = { $count } rows of { $width } features
findings-texts = texts of { $median } characters in the median, { $longest } at most
findings-pairs = pairs of texts, of { $median } characters in the median, { $longest } at most
left-out-array = neither inputs nor labels by its name, or another array says it better
remark-one-hot = `{ $name }` has { $count } columns of zeros and ones: the class is the column of the 1
remark-pixels-scaled = inputs between 0 and 1 are pixels: they are kept as 0 to 255
remark-flattened = inputs of { $shape } are read as { $width } features
remark-copies-across-parts = { $test } of { $of_test } test rows and { $validation } of { $of_validation } validation rows are copies of training rows: results are better than they would be on new rows; remove the copies
remark-copies-together = { $count } of { $rows } rows are copies of another row; copies are kept in one part
remark-synthetic = { $made } synthetic texts were made of { $of }; they have no labels, the teacher says what they are
remark-contradictions = { $count ->
    [one] one row has the same values as another one of a different class; nobody can get both right
   *[other] { $count } rows have the same values as another one of a different class; nobody can get both right
}
remark-rare-classes = classes that are not in every part, with their training rows: { $classes }; what is measured says little about them, or nothing
allowed-columns = columns by name or by position counted from 0, e.g. ["id", "date"]
allowed-delimiter = ",", ";", "tab", "|", "blank" or another character
allowed-encoding = a name of an encoding, e.g. "gbk", "shift_jis", "windows-1252", "utf-16le"
allowed-home-of-another = a path that begins with ~/ for your own home folder; another user's is written out
allowed-no-home = a path without ~, since no home folder is known here
allowed-pixels = [height, width], [3, height, width], or false
conflict-channels = has { $count } numbers where the pictures have { $channels ->
    [one] one channel
   *[other] { $channels } channels
}; give one number for each channel, or one for all
conflict-text-b = is the second text of a pair, and `text` does not say which column holds the first
archive-damaged = the archive is damaged ({ $problem })
archive-holds = the archive holds { $count } files: { $names }
archive-one-file = an archive with one file in it
arff-sparse = rows name only the values that are not 0 (sparse ARFF)
column-ref-at = at position { $position }
column-ref-named = named `{ $name }`
column-twice = `{ $name }` stands more than once; give its position, e.g. { $position }
column-unnamed = column { $position }
columns-of-header = one of { $names }
data-column = { $file }: there is no column { $column }; allowed: { $allowed }
data-line-open-quote = { $file }, line { $line }: a quote is opened here and never closed
data-not-text = byte { $byte } ({ $found }) is no { $encoding } text; save the file as UTF-8, or name its encoding, e.g. encoding = "gbk" or "windows-1252"
data-unpacks-to-too-much = unpacks to more than { $limit } GiB
file-download-again = a table; download the file itself, not the page around it
file-is = this is { $what }
file-lfs-pull = the file itself; `git lfs pull` fetches it
file-npz = an .npz file that holds inputs and labels: np.savez("data.npz", x_train=x, y_train=y)
file-picture-folder = a table; pictures are read from a folder that has one folder for each class
file-save-as-csv = a table; save it as CSV
file-save-as-parquet = a table; save it as Parquet or CSV
file-unpack = a table; unpack it first (.gz and .zip are read as they are)
kind-7z = a 7z archive
kind-arrow = an Arrow or Feather file
kind-binary = no text
kind-bzip2 = packed with bzip2
kind-hdf = an HDF5 file
kind-json = a JSON file
kind-lfs = a Git LFS pointer, not the file
kind-matlab = a MATLAB file
kind-npy = one array of NumPy, without labels
kind-pdf = a PDF
kind-pickle = a Python pickle
kind-picture = a picture
kind-program = a program
kind-rar = a RAR archive
kind-rtf = a text document
kind-sqlite = an SQLite database
kind-tar = a tar archive
kind-web-page = a web page
kind-xls = an old Excel workbook
kind-xlsx = an Excel workbook
kind-xml = an XML file
kind-xz = packed with xz
kind-zstd = packed with zstd
left-out-asked = as asked for
left-out-date = dates are not read
left-out-different = different in (almost) every row, like a name
left-out-empty = empty in every row
left-out-id = a number or name for each row; to read it all the same, keep = ["…"]
left-out-many-words = text with too many different values
left-out-row-number = it only counts the rows; to read it all the same, keep = ["…"]
left-out-type = lists or bytes, which are not read
left-out-words = text with { $count } different values
left-out-beside-text = of a table of texts nothing else is read
left-out-free-text = free text; to read it and nothing else, text = "…"
parquet-damaged = is no whole Parquet file ({ $problem })
parquet-no-pictures = has no column of pictures
parquet-row = row { $row }
part-columns = has { $found } columns
part-columns-of-first = the columns of the training file, { $count } of them
part-missing = these columns are missing: { $names }
part-needs-classes = a file with the class of each row
part-no-class = has no class column `{ $name }`
pixels-allowed = one column for each pixel, with whole numbers from 0 to 255; or pixels = false
pixels-count = { $found } columns are read where the pictures have { $asked } pixels
pixels-values = not all values are whole numbers from 0 to 255
remark-class-like-gap = a class is called `{ $name }` ({ $count } rows), as gaps are; if these rows have no class, remove them
remark-columns-not-read = columns of lists or bytes are not read: { $names }
remark-tells-class = each value of these columns stands for one class, or they are named like it: { $names }; if they say the class, ignore = ["…"]
remark-equal-classes = classes of { $column } that are equal as numbers were made one: { $names }
remark-follows-rows = these columns follow the order of the rows, like a number for each: { $names }; to leave them out, ignore = ["…"]
remark-commas-decimal = commas in numbers are read as decimal (1,234 is 1.234); if they set thousands apart: decimal = "."
remark-commas-thousands = commas in numbers are read as thousands (1,234 is 1234); if they are decimal: decimal = ","
remark-filled = gaps were filled as the model learnt it: { $count } in { $columns }
remark-guessed-class = no column is called as class columns are; `{ $column }` was taken; if another one is the class, name it: label = "…"
remark-looks-like-ids = column { $column } looks like a number for each row, not like a measurement; to leave it out: ignore = [{ $column }]
remark-quantity = the class column `{ $column }` looks like a quantity: { $classes } different numbers in { $rows } rows; if another column is the class, name it: label = "…"
remark-unseen-words = words that the model does not know read as none of those it knows: { $count } in { $columns }
rows-columns-by-name = a header with the columns that the model learnt
rows-columns-by-position = { $count } columns as in the table that the model learnt, with or without its class
table-changed = the file changed while it was read
table-changed-allowed = a file that stays as it is; try again
table-nothing-to-read = no column is left to read
table-no-text = holds no text: every field of its text column is empty
text-zero-byte = holds the byte 0x00, which no text has
text-allowed = a text file, in UTF-8 or with a byte-order mark, or `encoding = "…"`
text-column-wrong = column `{ $column }` cannot be the text: { $why }
text-column-twice = it is the first text of the pair already
text-column-is-class = it is the class
text-column-allowed = in `text` and `text_b` two columns that are not the class
findings-columns = { $count ->
    [one] one column
   *[other] { $count } columns
}
remark-comments = { $count ->
    [one] one line of comments was passed over
   *[other] { $count } lines of comments were passed over
}
found-rows = { $count ->
    [one] one row
   *[other] { $count } rows
}
found-grey = grey
found-colour = colour
found-pixels = pictures of { $height }×{ $width } pixels, { $colours }
found-classes = { $count } classes: { $classes }
found-parts = { $train } rows to learn, { $validation } to validate, { $test } to test
trial-of = of { $count }
trial-errors = errors
trial-errors-hint = Validation rows whose label the teacher does not name.
trial-chance = most frequent
trial-chance-hint = Errors of somebody who always names the most frequent class.
trial-simple = simple model
trial-simple-hint = Errors of a classifier that anyone could make: the class whose mean is nearest; of texts naive Bayes on their words.
trial-ece = ECE
trial-ece-hint = Expected calibration error of the teacher: top class, 15 equal bins, T = 1.
trial-half = T of half H
trial-half-hint = The T at which the mean entropy of the teacher’s distributions is half of the largest, ln of the number of classes.
found-teacher-simple = a simple classifier { $errors }
found-teacher-half = half of the largest entropy at T { $temperature }
remark-teacher-simple = The teacher makes { $errors } errors on the validation rows, a classifier that takes the class with the nearest mean (of texts naive Bayes) { $simple }: there is little to learn from it, or it reads the rows otherwise
remark-teacher-never = { $count ->
    [one] The teacher never names { $names }, of which there are validation rows
   *[other] The teacher never names { $count } classes of which there are validation rows: { $names }
}
found-teacher = teacher on { $of } validation rows: { $errors } errors (always the most frequent class: { $chance }), ECE { $ece }
remark-teacher-ink = the model makes { $errors } errors on { $of } rows, but { $better } with light and dark exchanged: it learnt pictures of the other ink; invert the pictures, or train one on these
remark-teacher-scale-small = the inputs lie between 0 and { $most } where the model learnt larger numbers: { $errors } errors on { $of } rows, { $better } when they are scaled up; give the values as the model learnt them (0 to 255, perhaps), or train one on these
remark-teacher-scale-large = the inputs are larger than those that the model learnt: { $errors } errors on { $of } rows, { $better } when they are scaled down; give the values as the model learnt them, or train one on these
remark-teacher-chance = the model is hardly better than chance on this data: { $errors } errors on { $of } rows, where always naming the most frequent class makes { $chance }; do the classes and the scale of the inputs match?
fingerprint-data = rows, classes or their order differ
fingerprint-parts = rows are split into other parts
fingerprint-teacher = the teacher's file is another one
job-other-data = these are not the data with which the job began ({ $what }); put them back, or start a new job
job-no-fingerprint = the job began with an older version that kept no fingerprint of its data: whether they have changed since is not known
predict-seen-rows = the model was trained on { $count } of these { $of } rows
file-is-no-file = is neither a file nor a folder
file-or-folder = a table, or a folder of pictures or IDX files
checkpoint-columns = { $path }: the model learnt columns that the data do not have, or that hold something else there: { $names }
remark-only-row-numbers = column `{ $column }` only counts the rows, and no other column is left to read: what a model learns from it says nothing about new rows
idx-floats = holds { $bits }-bit floating-point numbers
quality-balanced = balanced accuracy { $student } · baseline { $baseline }
quality-balanced-hint = Classes are uneven: always the most frequent one is right for { $chance } of the validation rows. Balanced accuracy is the mean of the recall of each class.
quality-recall = { $class } ({ $rows ->
    [one] one row
   *[other] { $rows } rows
}): recall { $student }, baseline { $baseline }

# The sheet about what was opened.
sheet-open = What the data are…
sheet-open-hint = How the data are read, with every guess that can be changed
sheet-ready = Ready
sheet-ready-hint = Writes what was found out into the recipe and closes (Enter)
sheet-keep = Keep it all the same
sheet-keep-hint = Leaves the recipe as it is, with its fault
sheet-cancel-hint = Takes back what was opened (Escape)
sheet-reading = Reading…
sheet-reading-bytes = Reading… { $done } MiB so far
sheet-reading-entries = Looking through folders… { $done } entries so far
sheet-how = How it is read
sheet-built-in = These data are part of the program.
sheet-idx = IDX files say themselves what they hold.
sheet-set = Data set
sheet-set-empty = the only one
sheet-set-hint = Where a folder holds several: a part of its files’ names. Taken with Enter.
sheet-class = Class column
sheet-encoding = Encoding
sheet-delimiter = Between fields
sheet-decimal = Decimal sign
sheet-header = First line
sheet-found = { $value } (found out)
sheet-found-out = found out
sheet-comma = comma
sheet-semicolon = semicolon
sheet-tab = tab
sheet-bar = bar |
sheet-blank = blanks
sheet-decimal-point = point: 0.5
sheet-decimal-comma = comma: 0,5
sheet-header-names = names the columns
sheet-header-row = is a row
sheet-pixels = { $columns } columns are { $height }×{ $width } pixels
sheet-pixels-hint = Pictures can be shown, shifted and convolved
sheet-pixels-found = Columns may be pixels
sheet-standardise = Standardise the numbers
sheet-standardise-hint = Mean 0 and standard deviation 1 over the training rows, each column for itself; pixels become 0…1. Otherwise numbers are taken as they are.
sheet-scale = Scale pixels to 0…1
sheet-ground = Under clear pixels
sheet-ground-found = what shows the pictures
sheet-ground-white = white
sheet-ground-black = black
sheet-left-out = Left out
sheet-left-out-why = { $name }: { $why }
sheet-leave-out = Leave a column out…
sheet-read = Read it
sheet-read-column = Read { $name } all the same
sheet-filter = Part of a name
sheet-classes = Classes
sheet-more = and { $count } more
sheet-more-columns = { $count ->
    [one] and 1 more column
   *[other] and { $count } more columns
}
sheet-first-rows = First rows
sheet-pictures = Some of the pictures
sheet-texts = Some texts
remark-empty-lines = { $count ->
    [one] one empty line was passed over
   *[other] { $count } empty lines were passed over
}
remark-empty-texts = { $count ->
    [one] one row has no text and was left out: line { $line }
   *[other] { $count } rows have no text and were left out; the first is on line { $line }
}
remark-empty-text-files = { $count ->
    [one] one text file is empty and was left out: { $first }
   *[other] { $count } text files are empty and were left out; the first is { $first }
}
data-line-too-long = { $file }, line { $line }: is longer than 16 MiB; allowed: a table with its rows on lines
parquet-no-label = row { $row } has no class in column `{ $column }`

# The wall of samples.
samples-title = Samples
samples-untrained = student, untrained: { $right } of { $count } right
samples-student = student: { $right } of { $count } right
samples-baseline = { $name }: { $right } of { $count } right
samples-marks-hint = Below each sample stands what the student says of it and, beside that, what the same student without a teacher says: filled where it is right.
samples-none = No such sample
samples-none-hint = Choose others at the top right.
samples-first = The first { $shown } of { $count }.
samples-row = Row { $row }, label “{ $label }”.
samples-says-student = The student says “{ $class }”.
samples-says-baseline = Without a teacher it says “{ $class }”.
samples-says-smoothed = With label smoothing alone it says “{ $class }”.
samples-says-taught = Taught the teacher’s class alone it says “{ $class }”.
samples-says-longer = Trained for longer it says “{ $class }”.
samples-says-teacher = The teacher says “{ $class }”.
gather-other-data = { $source }: the data have changed since this job began, so its samples cannot be shown.

# What the list offers for a run.
runs-differs = differs
runs-differs-hint = A field of the recipe that is not the same in all runs.
runs-more = More for { $run }
run-show = Show in the panels
run-show-hint = Curves, lens and board show its job.
run-recipe = Recipe…
run-recipe-hint = The recipe with which it was trained, every field resolved.
run-recipe-of = The recipe of { $run }
run-use = Use this recipe
run-use-hint = Puts the recipe into the panel; undo brings yours back.
run-copy = Copy the recipe
run-copy-hint = Copies it as TOML.
run-rename = Rename its job…
run-rename-hint = The name stands in the list and over the panels; the recipe stays as it was run.
run-rename-job = Another name for { $job }
toast-renamed = { $job } is called “{ $name }”.
field-maps = feature maps
field-maps-hint = How many convolutions a TextCNN has for each size of window.
field-embedding = embedding
field-embedding-hint = How many numbers stand for a token.
field-bilstm = LSTM units
field-bilstm-hint = Units of each of the two directions of the LSTM.
field-transformer = transformer layers
field-transformer-hint = How many of BERT’s layers a small transformer has.
field-width = width
field-width-hint = How many numbers stand for a token in each layer of a transformer.
field-heads = heads
field-heads-hint = Heads of attention in each layer; the width is a multiple of it.
field-inner = inner units
field-inner-hint = Units of the dense layer between two layers of a transformer; four times the width where nothing is said.
field-tokens = tokens
field-tokens-hint = Whether the model reads words of its own, counted in the texts it may learn from, or the teacher’s tokens.
field-length = length
field-length-hint = How many tokens of a text are read; the others are cut off.
field-bert-layers = layers used
field-bert-layers-hint = How many layers of the pre-trained model are used, counted from the input; all of them where nothing is said.
field-pooling = pooling
field-pooling-hint = What stands for the text after the last layer: the mean over its tokens, or the first token.
field-frozen = frozen
field-frozen-hint = What keeps its pre-trained weights: “embeddings”, or a number of layers from the input on, embeddings included.
value-tokens-words = words
value-tokens-teacher = the teacher’s
value-pooling-mean = mean
value-pooling-cls = first token
allowed-frozen = "embeddings", or how many layers from the input on keep their weights
conflict-two-kinds = give {$one} or {$other}, not both
conflict-windows = give the sizes of the windows, each from 1 to 50 tokens, e.g. [3, 4, 5]
conflict-heads = a width of {$width} cannot be shared out over {$heads} heads; give heads that divide it
model-needs-texts = it reads texts, and the data hold none; give mlp or cnn
model-reads-no-texts = the data are texts; give text_cnn, bilstm, transformer or bert
model-few-layers = {$asked} layers are asked for, and the folder has {$there}
tokenizer-unreadable = its tokeniser is not understood: {$problem}
tokenizer-vocabulary = its tokeniser needs vectors for {$tokens} tokens, and the model has {$rows}; tokeniser and weights are of two models
folder-no-config = there is no config.json in it; give a folder that transformers’ save_pretrained wrote
folder-config-broken = it is not understood: {$problem}
folder-config-no-object = it is JSON, but no object with the sizes of a model
folder-other-architecture = it is a model of the kind “{$found}”; only “bert” is understood
folder-positions = its positions are “{$found}”; only “absolute” ones are understood
folder-activation = its hidden_act is “{$found}”; gelu, gelu_new and relu are understood
folder-no-tokenizer = there is no tokeniser in it; give tokenizer.json or vocab.txt beside the weights
folder-no-weights = there are no weights in it; {$names} are looked for
folder-no-classes = it was not trained for classes (no classifier with id2label); train it first: teacher.model = {"{"} bert = "folder" {"}"}
tokens-no-teacher = the student is to read the teacher’s tokens, and the teacher reads no texts; give tokens = "words"
schedule-linear = linear
field-teacher-labelled = teacher’s labels
field-teacher-labelled-hint = The share of the training rows whose labels the teacher may use; it learns from no others. The same share for the students is the same rows.
field-teacher-labelled-short = teacher’s labels
method-teacher-labels = teacher’s labels
method-teacher-labels-what = The teacher’s top class is the label of every row (pseudo-labels). What soft targets gain over it is dark knowledge, not more labels.
field-class-weight = class weight
field-class-weight-hint = How much the teacher’s top class counts as a label.
field-class-weight-short = class
loss-class = teacher’s class
term-class-loss-what = Cross-entropy of the student and the teacher’s top class, over all rows.
conflict-logits = give a file of logits or another teacher, not both
conflict-no-logits = only a file of logits needs this; give teacher.logits, or leave it out
damaged-outside = what the teacher of { $job } said cannot be read
export-apart = the graph gives other answers than the model on { $rows } rows, so nothing was written; this is a fault of Stillroom
convert-number = { $key } = { $value }: give a number from { $low } to { $high }
convert-no-number = { $key } = { $value }: this is no number that it can be
convert-usual = T is not given; { $library }’s own is { $temperature }.
convert-other-loss = { $key } = { $value }: this is not plain distillation with soft targets, and has no counterpart in two weights
convert-on-hard = the labels
convert-on-soft = the soft targets
convert-alpha = In { $library } alpha = { $alpha } is the weight of { $on }.
convert-mean = Its mean goes over the { $classes } classes too, which divides the soft term by { $classes }.
convert-no-square = Its soft term has no T²; neither has this one.
convert-no-classes = in { $library } the mean of the soft term goes over the classes too; how many are there? Give --classes
convert-nothing = both weights are 0: nothing would be learnt
convert-no-keys = there is nothing in it that { $library } calls its own: alpha, T or weights
convert-share = Soft weight { $soft } and hard weight { $hard }: by them { $share } % of the gradient comes from the soft targets.
convert-left = Without a counterpart here: { $names }
conflict-no-answers = only a file of logits or an ONNX graph needs this; leave it out
conflict-no-graph = only an ONNX graph needs this; give teacher.checkpoint = "model.onnx", or leave it out
allowed-name = a name, such as "logits"
field-teacher-output = output
field-teacher-output-hint = Which output of an ONNX graph holds the logits.
onnx-damaged = this is no whole ONNX graph ({ $problem }); copy or export it again
onnx-no-graph = there is no graph in it
onnx-tensor-claims = the tensor { $name } claims { $bytes } bytes, and { $found } are there; the file is damaged or made to be wrong
onnx-climbs = the tensor { $name } lies in “{ $location }”; weights are read from files that lie beside the graph alone
onnx-beside-missing = its weights lie in { $path }, which cannot be read ({ $problem }); put it beside the graph
onnx-beside-link = { $path } is a link or no file; weights are read from files that lie beside the graph: copy it there
onnx-beside-short = { $path } has { $found } bytes, and the graph’s weights reach to { $needs }; copy or export both again
onnx-operators = { $count ->
    [one] the operator { $names } is
   *[other] the operators { $names } are
} not known here. Ask the model elsewhere and give its answers as teacher.logits
onnx-not-understood = the graph is not understood ({ $problem }). Export it again with a present opset, or ask the model elsewhere and give its answers as teacher.logits
onnx-run = the graph refuses rows of these data: { $problem }
onnx-output-kind = this output holds no real numbers
onnx-panicked = the graph could not be loaded: something in it is not what it must be
onnx-gone = the process that ran the graph has ended without a word; the graph is damaged or made to be wrong
onnx-memory = the graph wants more than { $most } GiB of memory, which no graph gets here. Ask the model elsewhere and give its answers as teacher.logits
onnx-slow = the graph gave no answer within { $seconds } seconds and was ended. Ask the model elsewhere and give its answers as teacher.logits
onnx-no-process = no process could be started to run the graph ({ $problem })
onnx-no-program = ONNX graphs are run by a process of their own, and there is no program for it here
graph-inputs = it takes { $names }; one input of real numbers is understood
graph-inputs-texts = it takes { $names }; of texts it must take whole numbers called input_ids, and may take attention_mask and token_type_ids
graph-input-kind = its input { $name } takes no real numbers
graph-input-shape = it takes { $wants }, the rows of these data are { $has }
graph-no-output = it has no output “{ $output }”; there are { $names }
graph-which-output = which of { $names } are the logits? Give its name
graph-output-shape = this output has the shape { $shape }, not one of { $classes } numbers a row, one for each class
graph-not-finite = what it says of row { $row } is no finite number
graph-softmax = “{ $output }” ends in a softmax; its logarithm is taken.
conflict-votes = give a model or votes, not both
value-votes = people’s votes
field-teacher-votes = votes
field-teacher-votes-hint = Whether the people who voted on each row are the teacher, in place of a model.
conflict-baseline-teacher = "{ $name }" learns from a teacher; add a table [teacher], or leave it out
baseline-told-labels = The class with the most votes is nearly always the label: the baseline "{ $name }" learns little but what the labels say.
logits-allowed = a row for each row of the data and a column for each class: .npy, .safetensors with one matrix, .csv or .parquet
logits-no-key-there = a matrix has no column { $key }; leave teacher.key out, or give a .csv or .parquet
logits-no-key = there is no column { $key }, which teacher.key asks for
logits-archive = an archive of several arrays; save the logits alone, as .npy
logits-which-tensor = it must have one matrix, or one that is called logits
logits-dtype = numbers of type { $dtype } are no logits
logits-empty = there are no logits in it
logits-ragged = line { $line } has { $found } fields, the first { $expected }
logits-no-class = line { $line }: “{ $class }” is no class of these data
remark-logits-top = Of each row { $top } of { $of } classes are given: the softmax goes over them, the others get nothing
remark-logits-top-rest = Of each row { $top } of { $of } classes are given: the softmax goes over them, the others get nothing; on average they had { $rest } % of the probability
method-needs-all-logits = { $method } needs the logits of all classes, and the file has some of each row; soft-targets does with those
logits-no-number = line { $line }: “{ $field }” is no number
logits-no-matrix = an array of { $shape }, which is no matrix
logits-words = an array of words
logits-no-classes = the file does not say which class each of its { $columns } columns is; list them in that order
logits-other-columns = { $names } classes are named and the file has { $columns } columns
logits-not-finite = the logits of row { $row } (from 0) are no finite numbers; there are { $count } of that kind
logits-key-twice = { $twice } rows have a key that another row has, too
logits-need-files = pictures in folders have no order of their own; give a column file with their paths and key = "file"
logits-unknown-order = some files of the folder have no text and are left out, so that rows of logits cannot be told by their order; take those files away
jitter-rows-alone = of this teacher only what it says of the rows as they are is known, not of shifted pictures; give 0
logits-no-files = the rows of these data are no files; leave key out, or give "id"
logits-other-length = { $rows } rows of logits, and { $source } of data in the source as it stands; they are not of these data, or not of all of them
logits-lack-rows = it says nothing of any of the { $of } rows of the data, { $first } among them; its keys are of other data
logits-of-no-row = the teacher says nothing of any of the { $of } rows to learn from, and none of them may be learnt from by its label
remark-rows-without-target = The teacher says nothing of { $silent } of { $of } rows to learn from: there the label alone teaches. { $left ->
    [0] All of them have one.
   *[other] { $left } that have none are left out.
}
logits-are-probabilities = every row lies between 0 and 1 and sums to 1: these are probabilities, whose softmax says next to nothing. Give probabilities = true, so that their logarithms are taken, or the logits themselves
logits-no-probabilities = row { $row } (from 0) does not sum to 1, so these are no probabilities; leave probabilities out
logits-other-order = its columns seem to be in another order: what stands under “{ $column }” is largest for rows of “{ $class }” mostly. Name the classes in the order of the columns
logits-shifted = its rows seem to be shifted by { $shift }: so moved { $moved } of { $rows } answers are the label, as given { $right }. Row 0 is the first row of the source as it stands
remark-logits-zeros = { $zeros } of { $of } probabilities are 0 and are taken for the smallest that is not, and at most for 1e−7
remark-logits-fit = The largest given logit is that of the label in { $right } of { $rows } rows; always the most frequent class would be right in { $chance }
votes-none = nobody voted on these data; movie-snippets has votes
augment-no-texts = these data hold no texts to make others of; pictures are shifted by training.jitter
augment-no-teacher = synthetic texts have no labels, only a teacher can say what they are; give one, or set data.augment to 0
augment-no-live-teacher = what this teacher says is known of its own rows alone; a model must be there to say what synthetic texts are: train one, or open one
votes-labelled = the votes say the class of every row, so that they can only be compared with labels on all rows; give data.labelled = 1
recipe-votes-note = The classes are the votes’ own sign: no accuracy is stated

# Methods that look into BERT

method-pkd = PKD
method-pkd-what = Beside soft targets, each layer of the student but the last learns to point where a layer of the teacher points (patient distillation, Sun et al. 2019). Both need layers of one width.
method-theseus = Theseus
method-theseus-what = The student’s layers take over from the teacher’s, a coin a layer and step, and learn from labels alone, without a distillation loss (BERT-of-Theseus, Xu et al. 2020). The student is the teacher’s first layers.
method-early-exit = early exit
method-early-exit-what = Branches after the layers of the teacher’s own network learn to say what its last layer says, on any text; a text leaves where a branch is sure enough (FastBERT, Liu et al. 2020). The network itself stays as it is.
field-patience-weight = patience weight
field-patience-weight-short = patience
field-patience-weight-hint = How much the distance between layers counts: squared, of vectors of length 1, summed over the width. The authors’ β is this times the width: their 100 is 0.13 at 768.
field-patience-layers = layers looked at
field-patience-layers-hint = Which layers of the teacher the student’s look at: evenly spaced ones, or those just before its last.
value-patience-skip = evenly spaced
value-patience-last = the last ones
field-replace-rate = replacing rate
field-replace-rate-short = rate
field-replace-rate-hint = How likely each layer of the student is to stand at its place in a step; the teacher’s stand there otherwise. It rises from here to 1, or stays.
field-replace-schedule = its course
field-replace-schedule-hint = Whether the replacing rate rises in a line to 1 over the epochs of replacing, or stays as it is until they end.
field-replace-epochs = epochs of replacing
field-replace-epochs-short = replacing
field-replace-epochs-hint = Epochs in which the teacher’s layers may stand in; in the others the student’s stand alone.
field-of-teacher-layers = teacher’s layers
field-of-teacher-layers-hint = The student is the teacher’s own network with its weights: so many of its layers from the input on, or “all”.
field-speed = speed
field-speed-hint = A text leaves at the first layer whose uncertainty is below this. At 0 every text passes all layers; the higher, the faster.
allowed-of-teacher = "all", or how many of the teacher’s layers from the input on
model-needs-bert = it is made of the teacher’s own layers, and needs one teacher of BERT’s shape: give the teacher bert = "folder" or transformer, or a model saved from such a one
method-few-layers = { $method } needs { $least } layers or more of the { $whose }, and it has { $there }
method-unlike-layers = { $method } compares layers as they are, and the student’s are { $student } wide, the teacher’s { $teacher }; take layers of the same model, or the method hints, which has a regressor between them
method-needs-exits = { $method } trains exits; make the student of the teacher’s layers with a speed: student.model = {"{"} of_teacher = "all", speed = 0.5 {"}"}
method-trains-no-exits = { $method } does not train the exits that a speed gives to the student; leave speed out, or choose the method early-exit
method-needs-first-layers = { $method } needs a student of the teacher’s first layers, fewer than it has and a divisor of them: student.model = {"{"} of_teacher = 3 {"}"}; the student has { $layers }, the teacher { $of }
loss-patience = patience
loss-branch = branches
term-patience-loss-what = How far the student’s layers point from the teacher’s: squared distance of vectors of length 1, a mean over pairs of layers and rows.
term-branch-loss-what = KL divergence from the last layer’s distribution to each branch’s at T = 1, a mean over branches and rows.
preset-pkd = PKD: the layers are taught, too
preset-pkd-hint = Half of the teacher’s layers, each taught by one of the teacher’s as well as by its soft targets.
preset-theseus = Theseus: layers change places
preset-theseus-hint = Two layers take over from four, a coin a layer and step, on labels alone.
preset-early-exit = Early exit: sure texts leave first
preset-early-exit-hint = Branches let a text leave as soon as one of them is sure; a slider moves speed and accuracy after the training.
inside-title = Inside the method
inside-empty = Nothing to see inside
inside-empty-hint = PKD shows here which layers look at which, Theseus its coins, early exit who leaves where, and a convolutional student where it looks.
inside-made = text { $at } of { $among } · { $made ->
    [one] { $made } made of it
   *[other] { $made } made of it
}
inside-made-hint = The first is of the data. The others were made of it by masking words and by cutting it to a few; the teacher was asked about each once, the student learns from that. An answer in another colour is not the one to the first.
inside-made-next = Next text that others were made of
inside-made-previous = Previous text that others were made of
inside-made-loading = The models are asked what they make of it.
look-nothing-made = nothing was made of these texts
inside-layers = distance by layer · { $run } · step { $step }
inside-layers-hint = Each layer of the student looks at the layer of the teacher that the line leads to. The number is how far the two are apart in the newest step, as the method measures it; the thicker the line, the closer they are.
inside-beta = β as the authors write it: { $beta }
inside-beta-hint = They average over the width of the layers too, so their β is the patience weight times { $width }.
inside-coins = places in the newest step · { $run } · step { $step }
inside-coins-hint = Whose layers stood at each place in the newest step: the student’s, or as many of the teacher’s as each of them replaces. Embeddings and last layer are the teacher’s throughout.
inside-rate = replacing rate
inside-rate-hint = How likely each of the student’s layers is to stand at its place in the next step. At 1 the student is alone.
inside-mixture = mixture
inside-mixture-hint = Accuracy on the validation rows with layers thrown at this rate, after the last epoch.
inside-successor = student alone
inside-successor-hint = Accuracy on the validation rows of the student’s layers alone, after the last epoch.
inside-layer = layer { $layer }
looks-title = where the convolutions look in the lens’s sample
looks-hint = Each picture is the sample under the map of one convolution: the mean of squares over its channels at each place, the stronger the colour the more. It is what attention transfer draws together; a method that does not may look elsewhere.
looks-layer = layer { $layer } · { $height } × { $width }
looks-none = no convolution
inside-teacher-layers = layers { $from }–{ $to }
inside-embeddings = embeddings
inside-head = last layer
inside-speed = speed
inside-speed-of = who leaves where · { $run } · step { $step } · { $rows } validation rows
inside-accuracy = accuracy
inside-accuracy-hint = Of the validation rows at this speed, each by the exit at which it leaves.
inside-whole = { $accuracy } at speed 0
inside-agreement = agreement
inside-agreement-hint = Share of rows that get the class that the last layer gives them.
inside-mean-layers = mean layers
inside-mean-layers-hint = Layers that a row passes on average, of { $layers }.
inside-flops = FLOPs
inside-flops-hint = Floating-point operations of all rows beside those of the network without exits: dense layers and attention of real tokens, Q · K and A · V counted. They are not time: stillroom predict --speed measures that.
inside-leaves = leaves after layer { $layer }
inside-leaves-hint = { $count } rows leave here, { $wrong } of them with a wrong answer.
inside-flops-percent = FLOPs, %
inside-accuracy-percent = accuracy, %
inside-curve = accuracy over FLOPs, one point a speed
toast-saved-folder = { $run } was saved as { $path }, and for Hugging Face’s transformers as the folder { $folder }
story-exits = At speed { $speed } it makes { $student } errors on { $examples } { $part } rows; the whole network, which it is at speed 0, makes { $teacher }.
tip-lens-text = A real text
tip-lens-text-hint = Drag T: the teacher’s answer flattens, and shows how sure it really is.

# What a teacher said of rows

logits-other-rows = it holds what a teacher said of other rows: nothing of { $rows } of these { $of }; take the data that it was made for, or the teacher itself
logits-other-format = it is a file of logits of format { $format }, which this version does not read
logits-damaged = it is damaged: logits, rows and classes do not fit each other
logits-of-rows = it holds what a teacher said of rows, not the teacher, and knows nothing of others; give a model
preset-bert-to-textcnn = BERT teaches TextCNN: few labels, many texts
preset-bert-to-textcnn-hint = Accuracy over the share of labels, with what a BERT said of all texts and without
preset-bert-to-bilstm = BERT teaches a BiLSTM: logits alone
preset-bert-to-bilstm-hint = The student has no label at all, only what a BERT said of each text
lens-type = Type a text of your own
lens-type-hint = Teacher and student answer while you type; while they train, after the step in progress.
lens-yours = your text
lens-own-text = A text of yours, as the models read it. Nothing is known of its class.
look-no-texts = these models read no texts
samples-search = Search texts
samples-search-hint = Only texts that hold all of these words, in any order.
texts-cut = { $rows } of { $of } texts have as many tokens as { $model } reads, { $length }, or more; what is beyond is cut off
unknown-words = { $share } % of the tokens of the validation rows are unknown to { $model }
action-tokens = Tokens
action-tokens-hint = Show the text in the lens token by token, as teacher and student read it, with what speaks for their answers
tokens-first-teacher = teacher (first of { $count })
tokens-answer = { $name } says “{ $class }”
tokens-what = Gradient × input: the gradient of the answer’s logit by a token’s vector, times that vector, summed. Colours are scaled to the largest of the line.
tokens-speaks-for = { $token }: { $value } for “{ $class }”
tokens-speaks-against = { $token }: { $value } against “{ $class }”
tokens-unknown-for = { $token }: { $value } for “{ $class }”, not in the vocabulary
tokens-unknown-against = { $token }: { $value } against “{ $class }”, not in the vocabulary
tokens-cut = beyond the { $count } tokens that are read: { $text }
tokens-against = against the answer
tokens-for = for it
tokens-no-network = of “{ $teacher }” only the logits of rows are kept: they have no tokens and no gradient
tokens-untrained = not trained yet
tokens-diverged = its training diverged: there is no gradient

method-born-again = born again
method-born-again-what = No teacher: a network learns from the one before it, which is of its own kind and learnt the labels (Furlanello et al. 2018). Each generation begins with new weights; the last is the student.
method-mutual = mutual learning
method-mutual-what = No teacher: peers learn from the labels and, in every step, from what the others say (Zhang et al. 2018). The first of them is the student.
field-generations = generations
field-generations-short = gens
field-generations-hint = How many networks learn one after the other, each from the one before. The first learns from the plain baseline, the last is the student.
field-peers = peers
field-peers-short = peers
field-peers-hint = How many students learn together, each from all others. The result is that of the first.
field-peer-weight = peer weight
field-peer-weight-short = peers
field-peer-weight-hint = Weight of what the other peers say, beside the labels.
loss-peers = peers
term-peers-loss-what = KL divergence from what each other peer says to the student’s distribution, both softened by T; the mean over the others.
runs-peer = peer { $number }
runs-generation = generation { $number }
runs-companion-what = A network of the student’s kind that is trained for its sake: it learns with it, or teaches it.
baseline-longer = longer training
baseline-longer-short = longer
baseline-longer-what = The plain student, trained once for as many steps as all those together who are trained for the student’s result. What is gained over it is not the longer training alone.
recipe-baseline-longer = Also train it alone for as long as all together
conflict-generation-0 = generation 0 of "{ $method }" is the plain baseline; add "plain"
conflict-generations-keep = "{ $method }" compares the best epoch of one generation with that of another; set keep = "best"
conflict-halving = the generations of "{ $method }" are trained one after the other, so the worse half cannot end early; take strategy = "grid" or "random"
preset-born-again = Born again: a network teaches its successor
preset-born-again-hint = No teacher, and a fifth of the labels is wrong: each generation learns from the one before
preset-mutual = Mutual learning: two students teach each other
preset-mutual-hint = No teacher: in every step each learns from what the other says of the same images

bar-published = Published figures: all of MNIST, from a folder
preset-mnist-teacher = Published figures: the teacher
preset-mnist-teacher-hint = 1,200–1,200 on all of MNIST, with dropout and shifts: the paper has 67 errors of 10,000
preset-mnist-students = Published figures: the students
preset-mnist-students-hint = Labels alone against T = 20; without a 3; on 7s and 8s alone
preset-mnist-thirty-units = Published figures: thirty units
preset-mnist-thirty-units-hint = So small a student does best at T between 2.5 and 4, the paper says
# Biases of classes in the lens.
action-biases = Biases of classes
action-biases-hint = Move the bias of a class of the student by hand, and see its errors on validation change at once
lens-student-moved = { $name }, bias moved
bias-class = Class whose bias is moved
bias-unseen = unseen classes
bias-of = Bias of “{ $class }”
bias-of-hint = Added to the logit before the softmax, as if the bias had been learnt so. The saved model stays as it is.
bias-find = Find on validation
bias-find-hint = Take the middle of the biases from −10 to 10 that make the fewest errors on these validation rows
bias-reset = Take biases back
bias-reset-hint = Set every bias of this run to 0 again
bias-errors = Errors on { $rows } validation rows: { $before } → { $now }.
bias-errors-probe = Errors on the lens’s { $rows } validation rows after step { $step }: { $before } → { $now }.
bias-missed = Of “{ $class }” missed: { $before } → { $now } of { $rows }.
bias-found = Chosen on validation: these rows have as few errors from { $from } to { $to }.
bias-none-better = Chosen on validation: no bias of “{ $class }” has fewer errors than 0.
bias-others = Moved too: { $biases }.
bias-too-early = Errors are counted as soon as this run has given logits.
bias-not-kept = The logits of this run’s validation rows were not kept: they take more than 16 MiB, it diverged, or an older version trained it. stillroom predict --bias moves biases of its model.
bias-unreadable = The kept logits cannot be read: { $problem }
bias-test = Test rows choose nothing and are not counted here. On a saved model stillroom predict { $options } gives their errors.

method-labels-helps = What all methods are compared with.
action-methods = Methods
action-methods-hint = What each method descends, takes and needs, and when it is said to help
methods-close = Close
methods-take = Learn by this method
methods-taken = The recipe learns by it
methods-terms = What is descended
methods-fields = Fields
methods-needs = Needs
methods-helps = When it is said to help
methods-term = { $name }: { $what } Weighed by { $weight }.
methods-usually = usually { $value }
methods-of-epochs = usually { $share } of the epochs
needs-teacher = A teacher that gives logits.
needs-no-teacher = No teacher; one that is given is compared with.
needs-labels = Labels.
needs-classes = At least { $count } classes.
needs-layers = Inner layers of both, of one teacher that is a network.
needs-first-layers = A student of the teacher’s own first layers.
needs-exits = A student of the teacher’s layers with branches that answer early.
needs-peers = Each result takes as many trainings as there are peers.
needs-generations = The plain baseline, which is generation 0, and the best epoch of each; each result takes a training a generation.
covering-title = Covering and choosing
covering-what = A teacher with two modes on 21 ordered classes, and a student that has room for one: its descent on this very term, for each share of the mixture.
covering-student = The student comes to rest at class { $mean }, { $width } classes wide.
method-soft-targets-helps = Said to help most where a label says little: few labels, classes that resemble each other, a student far smaller than its teacher (Hinton, Vinyals & Dean 2015).
method-jsd-helps = β near 0 makes a student cover all that its teacher holds possible, near 1 keep to what it holds likely; said to help small students of language models (Agarwal et al. 2024).
method-logits-helps = Said to be ahead of KL on tests of pictures (Kim et al. 2021). With two classes there is nothing in them but how sure the teacher is.
method-standardised-helps = Said to help a student far smaller than its teacher, which need not match the size of its logits (Sun et al. 2024). Watch the ECE: the scale of the student is its own.
method-dkd-helps = Said to help where a teacher is so sure that little is heard of what it says of the other classes (Zhao et al. 2022, on CIFAR-100 and ImageNet).
method-dist-helps = Said to help with teachers far stronger than their student (Huang et al. 2022, on ImageNet and CIFAR-100).
method-hints-helps = Said to help students that are deeper and thinner than their teacher (Romero et al. 2015); gains are small.
method-attention-helps = Said to help convolutional students with few parameters (Zagoruyko & Komodakis 2017); where the teacher looks is drawn under Inside the method.
method-relational-helps = Said to help where distances themselves are wanted, as in looking for what is alike (Park et al. 2019).
method-pkd-helps = Said to help students that begin with layers of a pre-trained teacher (Sun et al. 2019). Three seeds on movie snippets showed nothing over soft targets.
method-born-again-helps = Said to help at the same size, most with noisy labels (Furlanello et al. 2018; arXiv 2402.10482). Compare it with a student that trains for as long.
method-mutual-helps = Said to help without any teacher (Zhang et al. 2018); some report that it is unstable. Compare it with a student that trains for as long.
method-label-smoothing-helps = A control: what a teacher gains over it is more than softness (Müller, Kornblith & Hinton 2019 tell when it hurts a teacher).
method-teacher-free-helps = A control: said to do as well as a weak teacher (Yuan et al. 2020), which is then no more than smoothing.
method-teacher-labels-helps = A control: with unlabelled rows it tells how much of a gain is more labels, and how much what the teacher says beside them.
method-theseus-helps = Said to keep more of a pre-trained teacher than losses between layers do (Xu et al. 2020).
method-early-exit-helps = Said to help where most rows are easy: they leave early, and the time goes to the others (Liu et al. 2020).

story-cause = Perhaps because: { $cause }
story-try = Try: { $remedy }
story-try-hint = Distils this job’s recipe with that one change
cause-few-seeds = too few seeds to tell anything from chance.
cause-little-weight = what the teacher says had { $share } % of the gradient at the last step.
cause-weak-teacher = the teacher makes { $teacher } validation errors, no fewer than its student ({ $student }).
cause-sharp = at T = { $temperature } the teacher’s answers are as good as labels: their entropy is { $share } % of the most there can be.
cause-even = at T = { $temperature } the teacher’s answers are as good as even: their entropy is { $share } % of the most there can be.
cause-no-agreement = the student comes no closer to its teacher: it agrees in { $first } % of the rows after the first epoch, and in { $last } % after the last.
cause-by-heart = the student has none of its { $rows } training rows wrong: it knows the labels by heart.
remedy-square-temperature = T² beside the soft term
remedy-temperature = T = { $temperature }
remedy-teacher-epochs = a teacher of { $epochs } epochs
remedy-epochs = { $epochs } epochs
remedy-no-labels = what the teacher says alone
remedy-seeds = four seeds
preset-methods = Which method? Eleven of them beside four baselines
preset-methods-hint = Each at its usual values, with four seeds: labels, smoothing, the teacher’s class and longer training beside them
preset-attention = Attention: to look where the teacher looks
preset-attention-hint = A small CNN learns to be active where its teacher is

allowed-peers = a whole number from 2 to 8
allowed-generations = a whole number from 1 to 8
conflict-company-of-teacher = those whom "{ $method }" trains begin with weights of their own; a student of the teacher’s layers begins with the teacher’s
conflict-peers-alone = the peers of "{ $method }" have nothing but the labels from without; give hard_weight a value above 0
conflict-longer = "{ $name }" takes as long as all who are trained for a student, and this one is trained alone; add "plain"
conflict-small-batch = what "{ $method }" descends takes batches of at least { $least } rows
conflict-no-company = "{ $method }" trains nobody beside the student with this; give at least one more
why-agreement-generation = On validation the student gives the answer of the generation before it in { $student } % of rows.
why-gradient-peers = At the last step { $share } % of the gradient came from the other peers.
why-gradient-generation = At the last step { $share } % of the gradient came from the generation before.
why-gradient-virtual = At the last step { $share } % of the gradient came from the virtual teacher.

# The lens: what it looks at, its pages, and what stands beside.
lens-subject-sample = one sample
lens-subject-sample-hint = A row of the validation data, as teacher and student see it
lens-subject-mean = mean over samples
lens-subject-mean-hint = The mean of the softened distributions of all samples chosen below. Each is softened first; entropy and KL are means over samples
lens-subject-photo = a photo
lens-subject-photo-hint = Any photo, as SqueezeNet sees it: 1,000 everyday classes, computed here
lens-subject-example = a made-up example
lens-subject-example-hint = Logits that you drag or type: a car, a garbage truck and a carrot to begin with
lens-mean-of = mean: { $choice }
lens-mean-rows = Mean over { $count } samples, each softened first.
lens-mean-rows-hint = Probabilities are averaged after softening. Entropy and KL are means over the samples; the entropy of the mean would be larger.
lens-answered = a cell of the table
lens-answered-hint = The samples of the cell that was chosen under Dark knowledge
lens-cell-label = class { $class }
lens-cell-teacher = teacher says { $class }
lens-cell-student = student says { $class }
lens-pages = Page of the lens
lens-page-bars = Bars
lens-page-bars-hint = Both distributions, mirrored around the classes
lens-page-each = Each
lens-page-each-hint = The same as each student of the job, and each of several teachers, sees it
lens-page-over-t = Over T
lens-page-over-t-hint = Entropy and KL at every T, with the present T marked
lens-page-class = Class
lens-page-class-hint = One class from its logit to its probability and its gradient
lens-page-limit = Limit
lens-page-limit-hint = At high T, matching softened distributions is matching logits
lens-look = How the lens looks
lens-look-short = View
lens-order = Order of classes
lens-order-class = by class
lens-order-teacher = by the teacher
lens-order-difference = by difference
lens-log = Logarithmic
lens-log-hint = Bars are as long as the logarithm of their probability, from one in a million to 1: what is small at T = 1 is seen
lens-all = All classes
lens-all-hint = List every class, however many there are; otherwise the likeliest, with the rest in one row
lens-beside = Beside it
lens-beside-nothing = nothing
lens-beside-temperature = another T
lens-beside-temperature-hint = The same logits at a second temperature
lens-beside-step = step { $step }, held
lens-bars-beside = Softened distributions beside
lens-second-temperature = second T
lens-one = T = 1
lens-one-hint = What is used to predict: training softens, using the model does not
lens-at = T = { $temperature }
lens-at-step = { $at } · step { $step }
lens-rest = { $count } others
lens-effective-short = ≈ { $classes }
lens-effective = nats ≈ { $classes } classes
lens-more-teacher = Teacher: { $share } % for its top class; as spread out as { $classes } equally likely classes.
lens-more-student = Student: { $share } % for its top class; as spread out as { $classes } equally likely classes.
lens-line-entropy = H { $teacher } / { $student } · KL { $kl }
lens-line-top = top { $teacher } / { $student } %
lens-each-only = teacher and student
lens-each-one = There is one teacher and one student. A sweep, or several teachers, gives more panels.
lens-each-first = The first { $shown } of { $count }.
lens-each-teacher = teacher { $number }
lens-over-entropy = entropy, nats
lens-over-kl = KL(teacher ‖ student), nats
lens-most-entropy = ln { $classes }
lens-class-which = Class
lens-class-mean = A mean has no logits. Choose one sample to follow a class from its logit on.
lens-step-z = z
lens-step-z-hint = The logit: what the network gives for this class
lens-step-scaled = z / T
lens-step-scaled-hint = Divided by the temperature
lens-step-power = exp
lens-step-power-hint = exp(z / T − largest): the largest is taken out of all exponents, which changes no probability and overflows never
lens-step-sum = sum
lens-step-sum-hint = The sum of exp over all classes
lens-step-p = p
lens-step-p-hint = exp over the sum: the softened probability
lens-gradient = What the loss asks of the student’s logit of “{ $class }”
lens-gradient-soft = soft  { $weight } · { $temperature } · ({ $q } − { $p }) = { $value }
lens-gradient-soft-plain = soft  { $weight } · ({ $q } − { $p }) / { $temperature } = { $value }
lens-gradient-hard = hard  { $weight } · ({ $q } − { $y }) = { $value }
lens-gradient-sum = sum  { $value }
lens-gradient-rises = The gradient is negative: a step raises this logit.
lens-gradient-falls = The gradient is positive: a step lowers this logit.
lens-gradient-rests = The gradient is nearly 0: this logit rests.
lens-gradient-other = This run does not learn from soft targets; its gradient has another form.
lens-gradient-trained = The gradient at T = { $temperature }; the run trains at T = { $trained }.
lens-row-loss = Loss of this row: soft { $soft }, hard { $hard }, weighted { $total } nats.
lens-limit-mean = A mean has no logits. Choose one sample to see the limit.
lens-limit-words = Bars: { $classes } · T · (p − 1/{ $classes }) at T = { $temperature }. Outlines: logits less their mean. They differ by { $apart } at most.
lens-limit-hint = As T grows both become the same, so that matching softened distributions at high T is matching centred logits (Hinton, Vinyals & Dean 2015, section 2.1)
lens-limit-above = above uniform
lens-limit-logits = centred logit
lens-photo-model = SqueezeNet
lens-photo-model-what = SqueezeNet 1.1 with its ImageNet weights: 1,000 everyday classes, 1.2 million numbers
lens-photo-loading = Looking at the photo…
lens-photo-loading-hint = The model answers in a moment.
photo-which = Which photo
photo-fire-engine = fire engine
photo-cat = cat
photo-coffee = coffee
photo-about = SqueezeNet answered in { $milliseconds } ms; { $width } × { $height } pixels.
photo-about-hint = The square in the middle of the photo, resized to 227 × 227. The names of the classes are ImageNet’s own.
photo-no-thread = the photo cannot be looked at: { $problem }
photo-broken = the photo cannot be looked at: its reader has ended
photo-no-model = the model for photos cannot be unpacked
example-car = car
example-truck = garbage truck
example-carrot = carrot
example-made-up = Made up
example-made-up-hint = No model said this: drag the ends of the bars, or the handles of the logits, or type logits
example-label = The example’s class
example-label-is = label: { $class }
example-reset = Put the example back
example-reset-hint = As it is at first: the car, the garbage truck and the carrot
example-take = Drag these logits
example-take-hint = Make an example of what the lens shows now, to be dragged
example-logits = Logits
example-typed-teacher = Logits of the teacher
example-typed-student = Logits of the student
example-typed-hint = Type 2 to 12 logits, between commas or blanks
example-no-number = logits `{ $typed }`: value { $place }, `{ $word }`, is no finite number; give 2 to 12 numbers between commas or blanks
example-count = logits `{ $typed }`: there are { $count }; give 2 to { $most }
example-loss = Loss = { $soft-weight } · T² · { $soft } + { $hard-weight } · { $hard } = { $total } nats
example-loss-plain = Loss = { $soft-weight } · { $soft } + { $hard-weight } · { $hard } = { $total } nats
widget-logit = logit of { $class }, { $name }

# Actions and files of the lens.
action-play-temperature = Play T
action-play-temperature-hint = Let T of the lens go up and down by itself
action-moment = Move through training
action-moment-hint = Show the run as it was after any stored step: bars, samples, tables and curves
action-open-photo = Open a photo…
action-open-photo-hint = See what SqueezeNet makes of a photo, softened
action-save-figure = Save figure…
action-save-figure-hint = Write the picture of the panel in front, or of the lens, as SVG or PNG
action-copy-figure = Copy figure
action-copy-figure-hint = Copy the picture of the panel in front, or of the lens
action-save-page = Lens for a browser…
action-save-page-hint = Write one HTML file with the validation rows of the lens, their logits and a T slider: it needs no server and asks nobody
path-open-photo = Open a photo
path-save-figure = Save the figure as .png or .svg
path-save-page = Save the lens as .html
figure-menu = Take this picture away
figure-menu-short = Figure
figure-save = Save as SVG or PNG…
figure-save-hint = With axes, legend and caption, without controls
figure-copy = Copy as a picture
figure-copy-hint = To paste it into a slide

# Moving through a training.
moment-loading = Reading the snapshots…
moment-play = Play
moment-play-hint = Let the training pass by
moment-pause = Stop
moment-pause-hint = Stay at this step
moment-back = The snapshot before
moment-on = The next snapshot
moment-newest = Newest
moment-newest-hint = Show the run as it is now
moment-at = { $run } · step { $step } of { $steps } · epoch { $epoch }
moment-rail = Step of training
moment-thinned = There are more snapshots in the store than fit into memory: some of them are here.
moment-close = Close

# Dark knowledge.
dark-title = Dark knowledge
dark-pages = Pictures of dark knowledge
dark-targets = Soft targets
dark-confusion = Confusion
dark-calibration = Calibration
dark-entropy = Entropy
dark-whose = Whose
dark-teacher = teacher
dark-student = student
dark-both = both
dark-empty = Nothing is said yet
dark-empty-hint = What teacher and student take each class for appears as soon as one of them answers.
dark-counting = Counting…
dark-says-nothing = Nothing is said of these rows.
dark-all-rows = On all { $rows } validation rows, with the kept weights.
dark-probe-step = On the { $rows } validation rows of the lens, after step { $step }.
dark-probe = On the { $rows } validation rows of the lens.
dark-axis-class = class
dark-axis-target = mean probability at T
dark-axis-teacher = teacher’s answer
dark-axis-student = student’s answer
dark-cell-teacher = Of { $rows } rows of “{ $label }” the teacher gives “{ $class }” { $value } on average. A click shows their mean in the lens.
dark-cell-student = Of { $rows } rows of “{ $label }” the student gives “{ $class }” { $value } on average. A click shows their mean in the lens.
dark-count-teacher = { $value } of { $rows } rows of “{ $label }” are answered “{ $class }” by the teacher. A click shows them.
dark-count-student = { $value } of { $rows } rows of “{ $label }” are answered “{ $class }” by the student. A click shows them.
dark-count-both = { $value } of { $rows } rows to which the teacher answers “{ $label }” are answered “{ $class }” by the student. A click shows them.
dark-most-like = What “{ $label }” looks most like: “{ $class }”, with { $value } on average.
dark-wrong = { $wrong } of { $rows } are answered wrongly, most often “{ $label }” as “{ $class }” ({ $count }).
dark-apart = { $wrong } of { $rows } are answered differently, most often “{ $label }” by the teacher and “{ $class }” by the student ({ $count }).
dark-no-mistake = No row is answered otherwise.
dark-most-mistaken = The { $shown } of { $classes } classes that are mistaken most.
dark-confidence = largest probability, %
dark-accuracy = right, %
dark-bin = { $from } to { $to } %: { $rows } rows, { $confidence } % sure on average, { $accuracy } % right
dark-ece = At T = { $temperature } ECE is { $ece } over { $rows } rows.
dark-best = T = { $temperature } calibrates best: cross-entropy { $loss } there, { $one } at T = 1.
dark-best-end = The cross-entropy falls up to the end of the search, T = { $temperature }: { $loss } there, { $one } at T = 1.
dark-best-go = Show it
dark-best-go-hint = Move T of the lens there
dark-entropy-x = entropy, nats
dark-entropy-bin = { $from } to { $to } nats: { $teacher } rows of the teacher, { $student } of the student
dark-entropy-words = How unsure both are at T = { $temperature }, row by row.
toast-figure-copied = The figure is in the clipboard
toast-figure-saved = The figure is saved: { $path }
figure-step = step { $step }
figure-trained = trained at T = { $temperature }
lens-figure = { $page } at T = { $temperature }
lens-figure-over-t = { $page }
lens-figure-row = Validation row { $row }, class “{ $label }”.
lens-title-over-t = Entropy and KL over T
lens-title-class = One class, step by step,
lens-title-limit = The limit of high T: logits,
example-made-up-whole = A made-up example: no model said this.
dark-figure = { $page } of the { $who } at T = { $temperature }
dark-figure-confusion = { $page }: { $who }
dark-figure-entropy = { $page } of teacher and student at T = { $temperature }
dark-tab = Classes

# The lens for a browser.
page-title = Lens for a browser
page-says-pictures = { $rows } validation rows go along, with their pictures, labels and logits.
page-says-texts = { $rows } validation rows go along, with their texts, labels and logits.
page-says-table = { $rows } validation rows go along, with the numbers of their columns, labels and logits.
page-who = Whoever has the file sees them. It opens in any browser, on a phone too, needs no server and asks nobody for anything.
page-write = Write…
page-cancel = Cancel
page-no-run = the job does not know its run { $run }
page-nothing-said = { $run } has said nothing of the lens’s rows yet; the lens is there after the first step
toast-page-saved = The lens is saved: { $path }
lens-no-temperature = T `{ $typed }` is not taken; give a number from { $low } to { $high }
lens-effective-classes = ≈ { $classes } classes

## Lessons

action-lessons = Lessons
action-lessons-hint = Short lessons in which one finds out by doing why a flattened distribution teaches better than a label
action-next-page = Next page
action-next-page-hint = The next page of the lesson
action-previous-page = Page before
action-previous-page-hint = The page of the lesson before this one
action-projector = Projector
action-projector-hint = One panel full screen, large and with high contrast, for a room; arrow keys or a presenter’s buttons move T

lessons-title = Lessons
lessons-intro = Why can a teacher’s doubts teach more than a label? Find out by doing, a few minutes each. Who is new to it begins with 1.
lessons-close = Put the lessons away
lessons-begin = Begin
lessons-resume = Go on
lessons-again = Once more
lessons-done = Done
lessons-minutes = { $minutes } min
lessons-pages = { $done } of { $pages } pages
lessons-trains = trains for about { $seconds } s
lessons-open = Open a lesson…
lessons-open-hint = A folder with lesson.toml and its words in Markdown; it is read again while you write
lessons-own = Opened from a folder
lessons-close-own = Close this folder
lessons-faulty = This lesson cannot be read as it stands:
lessons-stale = The lesson as it was before the last change; what is wrong now:

lesson-leave = Leave the lesson
lesson-leave-hint = Recipe, panels and runs come back as they were
lesson-back = Back
lesson-next = Next
lesson-skip = Skip
lesson-end = Finish
lesson-next-lesson = Next: { $title }
lesson-page-of = { $page } of { $pages } · { $minutes } min left
lesson-page-dot = Page { $page }: { $title }
lesson-page-dot-done = Page { $page }: { $title } (done)
lesson-hint = Hint
lesson-hint-hint = What to try; there are { $count }
lesson-solve = Show me
lesson-solve-hint = Let the window do it
lesson-count = { $seen } of { $count }
lesson-task-done = done
lesson-task-open = to do
lesson-reveal = Show the answer
lesson-reveal-train = Train and see (about { $seconds } s)
lesson-waits = The answer comes with the training.
lesson-guess-first = Drag the bars first.
lesson-draw-first = Draw the curve first.
lesson-choose-first = Choose first.
lesson-gap-bars = Your guess is { $gap } nats of KL from the truth; 0 would be all right.
lesson-gap-curve = Your curve is { $gap } { $unit } from the truth, on average.
lesson-number = It is { $number }.
lesson-right = You were right.
lesson-wrong = It came out otherwise: “{ $right }”.
lesson-guess-name = Your guess
lesson-guess-bar = Guess for { $class }
lesson-curve-name = Your curve
lesson-curve-hint = Draw here from left to right
lesson-rest = all others
lesson-epochs-first = first epoch
lesson-epochs-last = last epoch
lesson-bring = Set it up
lesson-bring-training = Train (about { $seconds } s)
lesson-needs = This page needs { $what }.
lesson-needs-panels = { $panels } in sight
lesson-needs-preset = the preset “{ $name }”
lesson-needs-photo = the photo “{ $name }”
lesson-needs-example = the made-up example in the lens
lesson-needs-mean = the mean in the lens
lesson-needs-any = a sample in the lens
lesson-needs-class = a sample of class “{ $class }” in the lens
lesson-needs-training = a short training
lesson-training = It is training; this takes about { $seconds } s.
lesson-waiting = Another job is training; this one follows it.
lesson-not-in-sight = What this points at is not on the screen: { $name }
lesson-leads-out = This leads out of Stillroom:
lesson-link-open = Open in the browser
lesson-link-cancel = Stay here
lesson-missing-words = The words of this page are missing.
lesson-over = That was all of it.
lesson-ran = Runs that were made here are marked “{ $title }”. They go into the bin when you leave; you can keep them then.
lesson-run-title = Lesson: { $title }
lesson-left-runs = { $count ->
    [one] The run of the lesson is in the bin
   *[other] { $count } runs of the lesson are in the bin
}
lesson-kept-runs = The lesson’s runs are kept
lesson-opened = Lesson “{ $title }”
lesson-unreadable = { $folder }: the lesson cannot be read; the list of lessons says why

path-open-lesson = Folder of a lesson

lesson-fault = { $file }, line { $line }, page “{ $page }”: { $problem }
lesson-fault-line = { $file }, line { $line }: { $problem }
lesson-fault-page = { $file }, page “{ $page }”: { $problem }
lesson-fault-file = { $file }: { $problem }
lesson-unknown-near = “{ $name }” is not known; did you mean “{ $near }”?
lesson-unknown = “{ $name }” is not known; allowed are: { $allowed }
lesson-not-allowed = a lesson may not do “{ $name }”; allowed are: { $allowed }
lesson-closed-field = a lesson may not set “{ $path }” to that: it may name no file, and only fields of distill, training and sweep, widths of models, and a few of the data
lesson-field-range = no recipe has { $found } at { $path }
lesson-no-value = { $reading } cannot be compared with that; allowed are a number, a word, true and false, or a comparison such as “>= 8”
lesson-no-order = { $reading } is no number: “{ $operator }” says nothing of it
lesson-no-number = { $reading } is compared with a number, and “{ $found }” is none
lesson-no-truth = { $reading } is true or false, not “{ $found }”
lesson-no-word = { $reading } cannot be “{ $found }”; allowed are: { $allowed }
lesson-wants-number = { $reading } is a number
lesson-wants-truth = { $reading } is true or false
lesson-wants-name = { $reading } is a word
lesson-wants-range = { $reading } is a number from { $low } to { $high }
lesson-wants-whole = { $reading } is a whole number
lesson-only-true = { $reading } can only be true
lesson-no-class-number = { $name } ends with the number of a class, from 1 to { $most }
lesson-no-conditions = conditions stand in a table: a reading = a value, or a comparison such as “>= 8”
lesson-step-one-entry = a step is a table with one entry
lesson-no-title = the file begins with “# ” and the title of the lesson
lesson-heading = a lesson has headings of three levels: “#” its title, “##” its pages, “###” their parts
lesson-page-heading = a page begins with “## id: Title”, not “{ $heading }”
lesson-twice = “{ $id }” stands twice
lesson-part-alone = this part belongs to no page: “## id: Title” comes before it
lesson-part-names = “{ $heading }” has { $count } names behind its first word
lesson-part-empty = no words stand under this heading
lesson-part-missing = “{ $part }” is missing
lesson-too-long = { $found } words; at most { $most } are read
lesson-too-long-characters = { $found } characters; at most { $most } are read
lesson-html = HTML is not shown; write Markdown
lesson-table = tables and footnotes are not shown
lesson-picture = the picture “{ $name }” is not in the lesson’s folder; there are: { $allowed }
lesson-picture-large = a picture has at most 4 MB and 2,048 pixels a side
lesson-formula = the formula “{ $formula }” cannot be set: { $problem }
lesson-raw-mark = “{ $mark }” would be shown as it stands in “{ $text }”; emphasis does not close between punctuation and a letter: leave the punctuation outside of it
lesson-link = a link leads to ui:NAME or to an address that begins with https://, not to “{ $to }”
lesson-not-utf8 = the text is not UTF-8
lesson-no-words = there are no words: a lesson has en.md or zh-CN.md
lesson-id = “{ $id }” is no id; ids consist of small letters, digits and hyphens
lesson-format = format { $found } is not known; this version reads { $known }
lesson-pages = a lesson has 1 to { $most } pages
lesson-minutes = a page takes more than 0 and at most { $most } minutes
lesson-seconds = a training takes more than 0 and at most { $most } seconds
lesson-other-kind = a page of kind “{ $kind }” has no “{ $part }”; that belongs to “{ $of }”
lesson-no-task = a page of kind “do” has at least one [[page.task]]
lesson-no-choices = a page of kind “explain” has choices and says which is right
lesson-no-predict = a page of kind “predict” has a table [page.predict]
lesson-one-predict = what is predicted is one of bars, curve and choices
lesson-choice-count = there are 2 to 5 choices
lesson-choice-truth = it is not said when “{ $choice }” is the right choice
lesson-no-truth-table = choices that are predicted have a table truth, which says when each is right, and a number
lesson-panels = a page asks for at most { $most } panels
lesson-bars = 1 to { $most } classes are guessed
lesson-temperature = T is a number above 0
lesson-curve = { $reading } cannot be predicted as a curve; over T can be: entropy, top, probability, lens.kl and lens.soft-gradient; over epochs: job.student.errors and its like
lesson-curve-run = { $reading } is known only after a training: say which with run = "…"
lesson-curve-range = a curve over T goes from a number above 0 to a larger one
lesson-count-range = 2 to 20 different values are counted
lesson-no-solution = a task has a solution
lesson-no-not = a task says what must not do it: not = [ [ … ] ]
lesson-hints = the task “{ $task }” has { $found } hints; at most { $most } are shown

tip-lessons = New to distillation?
tip-lessons-hint = Eight short lessons show step by step how a small model learns from a large one. Press Learn, or F1.

projector-t = T = { $temperature }
projector-raise = Raise T
projector-lower = Lower T
projector-end = End the projector
projector-keys = ← → or page keys: T · ↑ ↓: sample · P: play · Tab: next panel · Esc: end
lesson-draw-more = Some of the curve is missing: draw from the left edge to the right one.
lesson-unit-nats = nats
lesson-unit-errors = errors
