# The words of the window, in English. Keys read `place-thing`; values in braces are filled in by the program.

# Parts that are used everywhere.
widget-percent = { $value } %
widget-progress = Progress
widget-reset-hint = Double-click for { $value }
widget-shares = { $first-name } { $first }, { $second-name } { $second }
widget-bars-row = { $class }: { $left-name } { $left }, { $right-name } { $right }
widget-bars-row-label = { $class } (label): { $left-name } { $left }, { $right-name } { $right }
widget-bars-missing = –
widget-bars-unit = %
widget-curve-now = { $name } { $value }
widget-curve-empty = no points yet
widget-curve-at = { $axis } { $x }
widget-curve-more = { $count ->
    [one] and one more
   *[other] and { $count } more
}
widget-curve-hide = Click to hide or show
widget-picture = Picture, { $width } × { $height }
widget-features = { $count ->
    [one] One feature
   *[other] { $count } features
}
widget-remove = Remove { $name }
