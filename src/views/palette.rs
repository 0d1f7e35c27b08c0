//! The palette: one field that finds everything that can be done, opened or shown.

use eframe::egui::{
    self, Align, Align2, Key, Label, Layout, Modifiers, Response, RichText, ScrollArea, Sense, Ui, vec2,
};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::recipe::with_control;
use super::{control_name, course_words, icon_of, key_words};
use crate::command::{Action, Command, Commands, LensCommand, RecipeCommand, ScreenCommand, WindowCommand};
use crate::protocol::Role;
use crate::recipe::{Field, presets};
use crate::state::{Palette, Pane, State};
use crate::text::{Language, text, text_with};
use crate::theme::{Icon, UiTokens as _, radius, size, space};

/// Width of the field and of the list.
const WIDTH: f32 = 520.0;

/// Its distance from the top of the window.
const TOP: f32 = 88.0;

/// Entries that are listed at most.
const MOST: usize = 60;

/// Something that can be chosen.
struct Entry {
    icon: Option<Icon>,
    name: String,
    /// What stands at the right: a key, or what kind of thing it is.
    aside: String,
    /// Other words that people have for it, in any language; what is looked for must stand on one line.
    also: String,
    command: Command,
}

/// A list over the window, while the palette is open.
pub fn palette_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let Some(palette) = &state.window.palette else { return };
    let found = found(&palette.query, entries(state));
    let last = found.len().saturating_sub(1);
    let mut marked = palette.marked.min(last);
    let (mut chosen, mut query) = (None, palette.query.clone());
    let area = egui::Area::new(egui::Id::unique("palette area")).anchor(Align2::CENTER_TOP, vec2(0.0, TOP));
    let modal = egui::Modal::new(egui::Id::unique("palette")).area(area).show(ui, |ui| {
        let room = super::sheet_room(ui);
        ui.set_width(WIDTH.min(room.x));
        ui.spacing_mut().item_spacing.y = space::S;
        let by = |ui: &Ui, key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if by(ui, Key::ArrowDown) {
            marked = if marked == last { 0 } else { marked + 1 };
        }
        if by(ui, Key::ArrowUp) {
            marked = if marked == 0 { last } else { marked - 1 };
        }
        let moved = marked != palette.marked;
        let edit = egui::TextEdit::singleline(&mut query)
            .hint_text(text("palette-hint"))
            .desired_width(f32::INFINITY)
            .align(Align2::LEFT_CENTER)
            .min_size(vec2(0.0, size::ROW + space::XS));
        let field = ui.add(edit).accessible_name(text(Action::Palette.key()));
        if !field.has_focus() {
            field.request_focus();
        }
        if by(ui, Key::Enter) || (field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))) {
            chosen = Some(marked);
        }
        let tallest = (12.0 * size::ROW).min(room.y - TOP);
        ScrollArea::vertical().max_height(tallest).auto_shrink([false, true]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            if found.is_empty() {
                ui.add(Label::new(text("palette-nothing")).selectable(false));
            }
            let pointer_moves = ui.input(|input| input.pointer.is_moving());
            let mut pointed = None;
            for (at, entry) in found.iter().enumerate() {
                let row = entry_ui(ui, entry, at == marked, moved);
                if row.clicked() {
                    chosen = Some(at);
                }
                // A pointer that rests where the list came up means nothing by it.
                if pointer_moves && row.hovered() {
                    pointed = Some(at);
                }
            }
            marked = pointed.unwrap_or(marked);
        });
    });
    if let Some(entry) = chosen.and_then(|at| found.into_iter().nth(at)) {
        commands.send(WindowCommand::Palette(None));
        commands.send(entry.command);
    } else if modal.should_close() {
        commands.send(WindowCommand::Palette(None));
    } else if query != palette.query {
        commands.send(WindowCommand::Palette(Some(Palette { query, marked: 0 })));
    } else if marked != palette.marked {
        commands.send(WindowCommand::Palette(Some(Palette { query, marked })));
    }
}

fn entry_ui(ui: &mut Ui, entry: &Entry, marked: bool, follow: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::ROW), Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, marked, &entry.name));
    let tokens = ui.tokens();
    if marked {
        ui.painter().rect_filled(rect, radius::CONTROL, tokens.selected);
    }
    if marked && follow {
        response.scroll_to_me(None);
    }
    let inner = rect.shrink2(vec2(space::S, 0.0));
    let mut row = ui.new_child(egui::UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)));
    match entry.icon {
        Some(icon) => icon.show(&mut row, tokens.secondary),
        None => drop(row.allocate_space(vec2(size::ICON, size::ICON))),
    }
    row.add(Label::new(&entry.name).selectable(false).truncate());
    row.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.add(Label::new(RichText::new(&entry.aside).color(tokens.secondary)).selectable(false));
    });
    response
}

/// Least score a letter: below it letters are only scattered over a name, and what has them is not what was meant.
const LEAST: u32 = 16;

/// What a whole word counts more than its beginning.
const WHOLE: u32 = 8;

/// The best first; all of them, in their order, where nothing was typed.
fn found(query: &str, entries: Vec<Entry>) -> Vec<Entry> {
    if query.trim().is_empty() {
        return entries.into_iter().take(MOST).collect();
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(query, CaseMatching::Ignore, Normalization::Smart);
    let least = LEAST * query.chars().filter(|c| !c.is_whitespace()).count() as u32;
    let typed = query.trim().to_lowercase();
    let mut letters = Vec::new();
    let mut scored: Vec<(u32, Entry)> = entries
        .into_iter()
        .filter_map(|entry| {
            let mut score = |words: &str| pattern.score(Utf32Str::new(words, &mut letters), &mut matcher);
            // Its own name counts more than what else it is called.
            let own = score(&format!("{} {}", entry.name, entry.aside)).map(|score| score + 1);
            let best = own.max(entry.also.lines().filter_map(score).max())?;
            // A word that was typed in full is meant, not one that begins with it.
            let is_whole = |words: &str| words.split_whitespace().any(|word| word.to_lowercase() == typed);
            let best = best + if is_whole(&entry.name) || is_whole(&entry.also) { WHOLE } else { 0 };
            (best >= least).then_some((best, entry))
        })
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, entry)| entry).take(MOST).collect()
}

fn entries(state: &State) -> Vec<Entry> {
    let actions = Action::ALL.into_iter().filter(|action| *action != Action::Palette && action.enabled(state));
    let mut entries: Vec<Entry> = actions
        .map(|action| Entry {
            icon: Some(icon_of(action, state)),
            name: text(action.key()),
            aside: action.shortcut().map_or_else(String::new, key_words),
            also: synonyms(action).to_owned(),
            command: Command::Do(action),
        })
        .collect();
    let mut add = |icon: Option<Icon>, name: String, aside: String, also: String, command: Command| {
        entries.push(Entry { icon, name, aside, also, command });
    };
    for panel in Pane::ALL {
        let name = text_with("palette-alone", &[("panel", text(super::panel_key(panel)).into())]);
        let command = WindowCommand::Maximise(Some(panel)).into();
        add(None, name, text("menu-arrangement"), String::new(), command);
    }
    for preset in presets() {
        let name = text(super::cards::preset_key(preset.name));
        let command = RecipeCommand::Preset(preset.name).into();
        add(Some(Icon::Flask), name, text("palette-recipe"), String::new(), command);
    }
    for field in with_control(&state.recipe.sweep.base) {
        let (name, command) = (control_name(field), RecipeCommand::GoTo(field.path).into());
        add(Some(Icon::Sliders), name, text("recipe-title"), names_of(field), command);
    }
    for path in &state.window.recent {
        let (name, command) = (path.display().to_string(), WindowCommand::OpenPath(path.clone()).into());
        add(Some(Icon::Folder), name, text("menu-recent"), String::new(), command);
    }
    for row in state.jobs.rows.iter().filter(|row| !row.deleted && row.role == Role::Student).take(500) {
        let t = row.temperature().map_or_else(String::new, |t| format!(" · T {}", course_words(t)));
        let name = format!("{} {}{t}", row.run, super::cards::shown_title(&row.title));
        add(None, name, text("palette-run"), row.job.to_string(), ScreenCommand::Focus(row.job).into());
    }
    if let Some(view) = state.probe_view() {
        for (at, row) in view.probe.rows.iter().enumerate() {
            let label = view.probe.labels.get(at).and_then(|label| view.probe.classes.get(*label as usize));
            let args = [("row", u64::from(*row).into()), ("label", label.cloned().unwrap_or_default().into())];
            let name = text_with("palette-sample", &args);
            add(None, name, text("lens-title"), String::new(), LensCommand::LensRow(at).into());
        }
    }
    entries
}

/// What else people call a field: in any language, in plain words, in other programs.
fn names_of(field: &Field) -> String {
    let names = Language::ALL.map(|language| field.label().in_language(language));
    let elsewhere = field.synonyms.iter().flat_map(|synonyms| synonyms.words).map(|word| word.replace('_', " "));
    let all: Vec<String> =
        names.into_iter().chain(field.search.split(' ').map(str::to_owned)).chain(elsewhere).collect();
    all.join("\n")
}

/// What else people call an action: other programs' words, Chinese, and Chinese as it is typed.
fn synonyms(action: Action) -> &'static str {
    match action {
        Action::Distil => "run train start begin go 运行 训练 开始 蒸馏 yunxing xunlian kaishi zhengliu",
        Action::PauseOrPlay => "pause resume continue hold 暂停 继续 zanting jixu",
        Action::StepOnce => "next batch single step 单步 danbu",
        Action::Stop => "abort cancel end quit 停止 取消 tingzhi quxiao",
        Action::Undo => "back revert 撤销 chexiao",
        Action::Redo => "again forward 重做 chongzuo",
        Action::OpenTeacher => "load import model checkpoint weights pytorch safetensors 打开 教师 dakai jiaoshi",
        Action::SaveStudent => {
            "export download model checkpoint weights safetensors 保存 导出 学生 baocun daochu xuesheng"
        }
        Action::ExportRun => "export csv json curves points download 导出 曲线 daochu quxian",
        Action::ExportRuns => "export csv json table spreadsheet download 导出 列表 daochu liebiao",
        Action::OpenRecipe => "load import toml config 打开 配方 dakai peifang",
        Action::SaveRecipe => "export toml config 保存 导出 配方 baocun daochu peifang",
        Action::PasteRecipe => {
            "import convert mdistiller torchdistill keras textbrewer alpha 粘贴 转换 zhantie zhuanhuan"
        }
        Action::CopyRecipe => "clipboard share toml 复制 配方 fuzhi peifang",
        Action::RecipeText => "edit source code toml 文本 编辑 wenben bianji",
        Action::OpenDataFolder => "import dataset images pictures idx 数据 文件夹 图片 shuju wenjianjia tupian",
        Action::OpenDataFile => "import dataset csv parquet table 数据 表格 shuju biaoge",
        Action::CopyPicture => "screenshot image clipboard share export png 截图 图片 复制 jietu tupian fuzhi",
        Action::NextSample => "forward digit image 下一个 样本 xiayige yangben",
        Action::PreviousSample => "backward digit image 上一个 样本 shangyige yangben",
        Action::RandomSample => "dice shuffle any 随机 suiji",
        Action::RaiseLensTemperature => "temperature hotter softer flatten 温度 升高 wendu shenggao",
        Action::LowerLensTemperature => "temperature colder sharper 温度 降低 wendu jiangdi",
        Action::NextChoice => "filter wrong disagree unsure 筛选 shaixuan",
        Action::ToggleTokens => {
            "word pieces saliency attribution gradient explain why tokenizer 词元 归因 梯度 解释 ciyuan guiyin tidu jieshi"
        }
        Action::PlayTemperature => "animate sweep temperature play 播放 温度 bofang wendu",
        Action::ToggleMoment => "time scrub history replay snapshot step 时间 回放 快照 shijian huifang kuaizhao",
        Action::OpenPhoto => "image picture imagenet squeezenet photo 照片 图片 zhaopian tupian",
        Action::SaveFigure => "svg png image slide export figure plot 图 导出 tu daochu",
        Action::CopyFigure => "svg png image slide clipboard figure plot 图 复制 tu fuzhi",
        Action::SavePage => "html web browser page share class export 网页 导出 wangye daochu",
        Action::ToggleBiases => "bias class offset prior unseen slider 偏置 类别 pianzhi leibie",
        Action::ToggleLogLoss => "logarithmic axis scale 对数 duishu",
        Action::ToggleWeighted => "terms weights 加权 jiaquan",
        Action::ToggleBin => "delete deleted trash recycle restore 删除 回收站 shanchu huishouzhan",
        Action::ToggleTheme => "dark light mode colours appearance 深色 浅色 主题 shense qianse zhuti",
        Action::ZoomIn => "bigger larger scale font 放大 fangda",
        Action::ZoomOut => "smaller scale font 缩小 suoxiao",
        Action::ZoomReset => "size 100 % 实际大小 shijidaxiao",
        Action::ResetLayout => "default panels windows arrangement 重置 布局 chongzhi buju",
        Action::HoldQueue => "wait pause jobs 队列 duilie",
        Action::Palette => "search find commands 搜索 查找 sousuo chazhao",
        Action::Methods => "method formula explain theory 方法 说明 fangfa shuoming",
        Action::Shortcuts => "help keys keyboard hotkeys manual 帮助 快捷键 bangzhu kuaijiejian",
        Action::Notices => "messages log errors history notifications 通知 消息 tongzhi xiaoxi",
        Action::Lab => "workspace layout experiment 实验 shiyan",
        Action::Compare => "workspace layout runs table 对比 比较 duibi bijiao",
        Action::Learn => "workspace layout teach lesson lecture 讲解 学习 jiangjie xuexi",
        Action::Lessons => {
            "learn tutorial course teach help start guide beginner 教程 课 入门 学习 kecheng rumen xuexi"
        }
        Action::NextPage | Action::PreviousPage => "lesson page 课程 页 kecheng ye",
        Action::Projector => {
            "present presentation beamer fullscreen full screen large lecture 演示 全屏 讲课 touying quanping yanshi"
        }
        Action::ToggleOverlay => "performance fps frame times debug 性能 xingneng",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distill::{METHODS, Objective};
    use crate::recipe::{
        Architecture, ImageSource, Optimiser, QUICKSTART, Recipe, Schedule, Source, TableSource, ensemble_of_two,
        fields,
    };
    use crate::text::speak;

    /// The names of what is found, the best first.
    fn names(query: &str) -> Vec<String> {
        let mut state = State::new(QUICKSTART.sweep().unwrap());
        state.jobs.running = None;
        found(query, entries(&state)).into_iter().map(|entry| entry.name).collect()
    }

    #[test]
    fn other_words_find_what_is_meant_and_nothing_unrelated() {
        let first = |query: &str| names(query).into_iter().next().unwrap_or_default();
        assert_eq!(first("help"), text(Action::Shortcuts.key()));
        assert_eq!(first("delete"), text(Action::ToggleBin.key()));
        assert!(names("run").contains(&text(Action::Distil.key())) && first("train") == text(Action::Distil.key()));
        assert_eq!(first("dark"), text(Action::ToggleTheme.key()));
        assert_eq!(first("bangzhu"), text(Action::Shortcuts.key()));
        assert_eq!(first("训练"), text(Action::Distil.key()));
        assert!(names("export").contains(&text(Action::SaveRecipe.key())), "{:?}", names("export"));
        assert!(names("temperature").contains(&text(Action::RaiseLensTemperature.key())));
        assert!(names("nevr seen").contains(&"Never seen a 3".to_owned()));
        assert_eq!(names("momentum"), ["Optimiser"]);
        assert_eq!(first("max grad norm"), "Gradient clip");
        assert!(
            names("alpha").contains(&"Soft weight".to_owned()) && names("alpha").contains(&"Hard weight".to_owned())
        );
        for nonsense in ["zzzzqq", "xylophone", "ktqw"] {
            assert_eq!(names(nonsense), Vec::<String>::new(), "{nonsense}");
        }
    }

    /// Recipes that have every control between them.
    fn recipes() -> Vec<Recipe> {
        let quick = QUICKSTART.recipe().unwrap();
        let [mut table, mut pictures] = [quick.clone(), quick.clone()];
        table.data.source = Source::Table(TableSource::new("rows.csv"));
        table.training.optimiser = Optimiser::Sgd { momentum: 0.9 };
        table.training.schedule = Schedule::Step { every: 10, factor: 0.5 };
        table.train_teacher(Architecture::Mlp { hidden: vec![8], dropout: 0.0 });
        pictures.data.source = Source::Images(ImageSource::new("pictures"));
        let of_method = |method| Recipe { distill: Objective::new(method, 10), ..quick.clone() };
        let of_methods: Vec<Recipe> = METHODS.iter().copied().map(of_method).collect();
        let ensemble = ensemble_of_two(quick.clone());
        [quick, table, pictures, ensemble].into_iter().chain(of_methods).collect()
    }

    #[test]
    fn every_field_of_the_panel_is_found_by_all_its_names_in_both_languages() {
        let mut met = Vec::new();
        for recipe in recipes() {
            let state = State::new(recipe.clone().into());
            for field in with_control(&recipe) {
                let words =
                    field.synonyms.iter().flat_map(|synonyms| synonyms.words).map(|word| word.replace('_', " "));
                let plain = field.search.split(' ').map(str::to_owned);
                let mut queries: Vec<String> = plain.chain(words).collect();
                for language in Language::ALL {
                    speak(language);
                    queries.push(field.label().words());
                }
                for (language, query) in Language::ALL.into_iter().flat_map(|it| queries.iter().map(move |q| (it, q))) {
                    speak(language);
                    let found = found(query, entries(&state));
                    let at = found
                        .iter()
                        .position(|entry| matches!(entry.command, Command::Recipe(RecipeCommand::GoTo(path)) if path == field.path));
                    assert!(at.is_some_and(|at| at < 20), "{}: {query} in {language:?}: {at:?}", field.path);
                }
                met.push(field.path);
            }
        }
        for field in fields::FIELDS.iter() {
            assert_eq!(field.has_control, met.contains(&field.path), "{}", field.path);
        }
    }

    #[test]
    fn a_recipe_without_a_student_offers_nothing_about_one() {
        let mut recipe = recipes()[1].clone();
        recipe.student = None;
        recipe.training.optimiser = Optimiser::AdamW;
        let paths: Vec<&str> = with_control(&recipe).iter().map(|field| field.path).collect();
        assert!(paths.contains(&"training.momentum"), "the teacher's own: {paths:?}");
        let gone = ["student.model", "distill.temperature", "training.baseline"];
        assert!(gone.iter().all(|gone| !paths.contains(gone)), "{paths:?}");
    }
}
