<?php
// usage: WP_DB_DIR=folder php change.php SITE edit-post|delete-post|edit-comment|delete-comment|add-comment|add-post ID [TEXT]
[$_, $site, $what, $id] = $argv;
$text = $argv[4] ?? '';
$_SERVER['HTTP_HOST'] = '127.0.0.1:8101';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['REQUEST_URI'] = '/';
require "$site/wp-load.php";
match ($what) {
    'edit-post' => wp_update_post(['ID' => $id, 'post_content' => "<p>" . esc_html($text) . "</p>"]),
    'delete-post' => wp_delete_post($id, true),
    'edit-comment' => wp_update_comment(['comment_ID' => $id, 'comment_content' => esc_html($text)]),
    'delete-comment' => wp_delete_comment($id, true),
    'add-comment' => wp_insert_comment(['comment_post_ID' => $id, 'comment_author' => 'Nadia Ferrand', 'comment_content' => esc_html($text), 'comment_approved' => 1]),
    'add-post' => wp_insert_post(['post_title' => 'Nouvel article', 'post_status' => 'publish', 'post_author' => 1, 'post_content' => "<p>" . esc_html($text) . "</p>"]),
};
