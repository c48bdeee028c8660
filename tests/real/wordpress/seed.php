<?php
// Usage: php seed.php <site dir> <truth.jsonl> <base url>   (own code; loads WordPress, installs it, seeds posts + comments)
[$_, $site, $truth, $base] = $argv;
define('WP_INSTALLING', !file_exists("$site/.installed"));
$_SERVER['HTTP_HOST'] = parse_url($base, PHP_URL_HOST) . ':' . parse_url($base, PHP_URL_PORT);
$_SERVER['REQUEST_METHOD'] = 'GET'; $_SERVER['REQUEST_URI'] = '/';
require "$site/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
if (!file_exists("$site/.installed")) {
    wp_install('Le blog des marques', 'admin', 'admin@example.test', true, '', 'admin-pass');
    update_option('permalink_structure', '/%year%/%monthnum%/%postname%/');
    update_option('posts_per_page', 10); update_option('posts_per_rss', 10);
    update_option('thread_comments', 1); update_option('page_comments', 1); update_option('comments_per_page', 5);
    wp_delete_post(1, true); wp_delete_post(2, true);
    touch("$site/.installed");
}
$users = []; $threads = []; $n = 0;
$uid = function ($r) use (&$users) {
    if (!isset($users[$r['login']])) {
        $u = get_user_by('login', $r['login']);
        $users[$r['login']] = $u ? $u->ID : wp_insert_user(['user_login' => $r['login'], 'user_pass' => 'x', 'display_name' => $r['author'],
            'role' => 'author', 'user_email' => $r['login'] . '@example.test']);
    }
    return $users[$r['login']];
};
foreach (file($truth) as $line) {
    $r = json_decode($line, true); if ($r['kind'] === 'review') continue;
    $d = gmdate('Y-m-d H:i:s', strtotime($r['date']));
    if ($r['kind'] === 'article' || $r['position'] === 0) {
        $id = wp_insert_post(['post_title' => $r['title'], 'post_status' => 'publish', 'post_author' => $uid($r), 'post_date' => $d, 'post_date_gmt' => $d,
            'post_content' => implode("\n", array_map(fn($p) => "<!-- wp:paragraph --><p>" . esc_html($p) . "</p><!-- /wp:paragraph -->", explode("\n\n", $r['text']))),
            'tags_input' => $r['tags'] ?? [$r['brand']], 'comment_status' => 'open']);
        if ($r['kind'] === 'post') $threads[$r['thread']] = $id;
    } else {
        wp_insert_comment(['comment_post_ID' => $threads[$r['thread']], 'comment_author' => $r['author'], 'comment_author_email' => $r['login'] . '@example.test',
            'comment_content' => esc_html($r['text']), 'comment_date' => $d, 'comment_date_gmt' => $d, 'comment_approved' => 1]);
    }
    $n++;
}
flush_rewrite_rules(false);
echo "seeded $n rows\n";
